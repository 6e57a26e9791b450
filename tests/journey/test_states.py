"""Every move of a conversation, made by hand: at the widget by a customer, at the desk by agents and an admin."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.demo_site import DemoSite
from deploy.local.ports import free_port
from deploy.local.stack import ROOT, Local
from tests.journey import people
from tests.journey.people import AgentPage, CustomerPage
from tests.journey.test_accessible import violations


@pytest.fixture
def admin(baton: Local, chromium: Browser) -> AgentPage:
    people._passwords["admin"] = baton.first_password
    return AgentPage(chromium.new_context(), baton.desk_url, "admin")


def more(agent: AgentPage, move: str) -> None:
    agent.page.get_by_role("button", name="More", exact=True).click()
    agent.page.get_by_role("button", name=move).click()


def menu(agent: AgentPage, page: str) -> None:
    agent.page.get_by_role("button", name=": menu").click()
    agent.page.get_by_role("button", name=page).click()


def no_dialog(agent: AgentPage) -> None:
    expect(agent.page.get_by_role("dialog")).to_have_count(0)


def with_a_person(customer: CustomerPage, agent: AgentPage, words: str) -> None:
    customer.button("Talk to a person").click()
    customer.state("waiting")
    customer.say(words)
    agent.take(words)
    agent.has_it()


def end(customer: CustomerPage) -> None:
    """As every test leaves it: nothing of it in the line or with an agent."""
    customer.button("About this chat").click()
    customer.button("End chat").click()
    customer.button("Yes, end it").click()
    customer.state("closed")


def test_that_a_security_problem_is_reported_before_the_first_word(
    customer: CustomerPage, sam: AgentPage
) -> None:
    customer.button("Report a security problem").click()
    assert violations(customer.page) == []
    customer.button("Send report").click()
    expect(customer.page.get_by_role("alert")).to_have_text("Please say in a few words what happened.")
    customer.page.get_by_label("What happened?").fill("We see the red button's florist")
    customer.page.get_by_label("Since when?").fill("monday")
    customer.button("Send report").click()
    customer.state("waiting")
    expect(customer.said_by("customer")).to_have_text(
        "Security report: We see the red button's florist\nSince: monday"
    )
    expect(customer.page.get_by_text("You hear from us by")).to_be_visible()
    expect(customer.button("Report a security problem")).to_be_visible()
    sam.take("red button's florist")
    sam.has_it()
    expect(sam.facts).to_contain_text("Security incident")
    expect(sam.page.get_by_role("list", name="Times")).to_contain_text("Next word by")
    sam.page.get_by_role("button", name="More", exact=True).click()
    expect(sam.page.get_by_role("button", name="Back to the assistant")).to_be_disabled()
    sam.page.keyboard.press("Escape")
    end(customer)


def test_that_the_transcript_is_kept_and_the_end_is_asked_once(customer: CustomerPage) -> None:
    customer.say("how do i invite a colleague")
    expect(customer.said_by("bot")).to_have_count(1)
    customer.button("About this chat").click()
    expect(customer.page.get_by_text("It closes by itself if nobody writes until")).to_be_visible()
    assert violations(customer.page) == []
    with customer.page.expect_download() as saved:
        customer.button("Save the transcript").click()
    assert saved.value.suggested_filename == "conversation.txt"
    assert "how do i invite a colleague" in Path(saved.value.path()).read_text(encoding="utf-8")
    customer.button("End chat").click()
    customer.button("No, keep it").click()
    expect(customer.button("End chat")).to_be_focused()
    customer.button("Back").click()
    customer.state("bot")
    end(customer)
    expect(customer.page.get_by_text("Closed by you")).to_be_visible()


def test_that_two_tabs_that_begin_at_once_make_one_conversation(customer: CustomerPage) -> None:
    tab = customer.second_tab()
    say = """words => {
      const { shadowRoot } = document.querySelector("baton-chat");
      const at = Math.ceil(Date.now() / 1000) * 1000 + 1000;
      setTimeout(() => {
        shadowRoot.querySelector("textarea").value = words;
        shadowRoot.querySelector("form").requestSubmit();
      }, at - Date.now());
    }"""
    customer.page.evaluate(say, "hello from the left")
    tab.evaluate(say, "hello from the right")
    for page in (customer.page, tab):
        expect(page.locator("li[data-kind=customer]")).to_have_count(2)


@pytest.fixture
def foreign_page(baton: Local, chromium: Browser) -> Iterator[Page]:
    """The same site at an address that nobody registered."""
    port = free_port()
    site = DemoSite(ROOT / "web/demo", port, baton.service_url)
    site.start()
    page = chromium.new_context().new_page()
    page.goto(f"http://127.0.0.1:{port}/")
    yield page
    page.context.close()
    site.stop()


def test_that_a_page_which_is_not_registered_is_told_so(foreign_page: Page) -> None:
    foreign_page.get_by_role("button", name=re.compile("^Help: ")).click()
    expect(foreign_page.get_by_text("If this is your site, add its address")).to_be_visible()
    sockets: list[str] = []
    foreign_page.on("websocket", lambda socket: sockets.append(socket.url))
    foreign_page.get_by_role("textbox", name="Your message").fill("hello?")
    foreign_page.keyboard.press("Enter")
    expect(foreign_page.get_by_text("Not sent. This page is not registered")).to_be_visible()
    foreign_page.wait_for_timeout(4_000)
    assert sockets == []
    assert violations(foreign_page) == []


def test_that_it_is_passed_on_with_a_note_that_the_colleague_reads(
    customer: CustomerPage, sam: AgentPage, kim: AgentPage
) -> None:
    with_a_person(customer, sam, "charged twice, for passing on")
    more(sam, "Pass on")
    assert violations(sam.page) == []
    dialog = sam.page.get_by_role("dialog", name="Pass on")
    dialog.get_by_role("combobox", name="To").select_option(label="Kim")
    expect(dialog.get_by_role("button", name="Pass on")).to_be_disabled()
    dialog.get_by_label("Note to colleagues").fill("Kim knows invoices")
    dialog.get_by_role("button", name="Pass on").click()
    no_dialog(sam)
    expect(sam.waiting("for passing on")).to_contain_text("kept for Kim")
    expect(sam.waiting("for passing on").get_by_role("button", name="Take")).to_have_count(0)
    kim.take("for passing on")
    kim.has_it()
    expect(kim.transcript.locator("[data-event=transferred]")).to_contain_text("Sam passed it on")
    expect(kim.transcript).to_contain_text("Kim knows invoices")
    end(customer)


def test_that_a_word_is_promised_and_the_conversation_set_aside(
    customer: CustomerPage, sam: AgentPage
) -> None:
    with_a_person(customer, sam, "set me aside")
    more(sam, "Promise the next word")
    assert violations(sam.page) == []
    sam.page.get_by_role("button", name="4 hours").click()
    no_dialog(sam)
    expect(customer.event("promised")).to_be_visible()
    expect(customer.page.get_by_text("You hear from us by")).to_be_visible()
    expect(sam.page.get_by_role("list", name="Times")).to_contain_text("Next word by")
    sam.reply("I am asking the accountants.")
    expect(customer.page.get_by_text("You hear from us by")).to_be_hidden()
    more(sam, "Set aside")
    sam.page.get_by_role("button", name="Tomorrow 9:00").click()
    no_dialog(sam)
    expect(sam.page.get_by_role("heading", name="Set aside")).to_be_visible()
    expect(sam.mine("accountants")).to_contain_text("until")
    sam.page.get_by_role("log", name="Transcript").focus()
    sam.page.keyboard.press("Escape")
    customer.say("one thing more")
    expect(sam.mine("one thing more").get_by_text("New")).to_be_visible()
    expect(sam.page.get_by_role("heading", name="Set aside")).to_be_hidden()
    end(customer)


def test_that_it_goes_back_to_the_assistant_which_answers_what_nobody_did(
    customer: CustomerPage, sam: AgentPage
) -> None:
    with_a_person(customer, sam, "how long do i have to ask for my money back?")
    more(sam, "Back to the assistant")
    sam.page.get_by_role("button", name="Hand to the assistant").click()
    customer.state("bot")
    expect(customer.said_by("bot").last).to_contain_text("within 14 days")
    expect(sam.mine("money back")).to_have_count(0)


def test_that_who_asked_for_offers_gets_them_and_may_decline(customer: CustomerPage, sam: AgentPage) -> None:
    switch = sam.page.get_by_role("switch")
    switch.check()
    customer.button("Talk to a person").click()
    customer.say("offer me around")
    offer = sam.page.get_by_role("region", name="Offered to you")
    expect(offer).to_contain_text("Asked for a person")
    assert violations(sam.page) == []
    offer.get_by_role("button", name="Decline").click()
    expect(offer).to_have_count(0)
    expect(switch).not_to_be_checked()
    switch.check()
    offer.get_by_role("button", name="Accept").click()
    sam.has_it()
    switch.uncheck()
    end(customer)


def test_that_spam_is_asked_once_told_to_the_customer_and_undone_by_a_supervisor(
    customer: CustomerPage, sam: AgentPage, admin: AgentPage
) -> None:
    with_a_person(customer, sam, "buy my cheap watches")
    more(sam, "Spam or abuse")
    sam.page.get_by_role("button", name="It is spam").click()
    sam.page.get_by_role("button", name="Yes, spam").click()
    customer.state("closed")
    expect(customer.event("unwanted")).to_be_visible()
    expect(customer.page.get_by_text("Closed as advertising")).to_be_visible()
    expect(customer.button("Talk to a person")).to_be_visible()
    closed = admin.page.get_by_role("region", name="Closed lately")
    if closed.is_hidden():
        admin.page.get_by_text("Closed lately").click()
    closed.locator("li.card").filter(has_text="cheap watches").get_by_role("button").click()
    expect(admin.transcript.locator("[data-event=spam]")).to_contain_text("Sam closed it as spam")
    admin.page.get_by_role("button", name="Undo: it was no spam").click()
    admin.page.get_by_role("button", name="Yes, undo").click()
    customer.state("waiting")
    expect(admin.transcript.locator("[data-event=undone]")).to_contain_text("undid the closing")
    admin.close()
    end(customer)


def log_in(page: Page, login: str, password: str) -> None:
    page.get_by_label("Name").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_that_an_admin_adds_raises_and_disables_somebody_who_sees_it_at_once(
    baton: Local, chromium: Browser, admin: AgentPage
) -> None:
    menu(admin, "People")
    form = admin.page.get_by_role("form", name="Add somebody")
    form.get_by_label("Log-in name").fill("lee")
    form.get_by_label("Name that customers read").fill("Lee")
    form.get_by_role("button", name="Add").click()
    once = admin.page.get_by_role("region", name="Password of lee")
    expect(once).to_be_focused()
    assert violations(admin.page) == []
    people._passwords["lee"] = once.locator("code").inner_text()
    lee = AgentPage(chromium.new_context(), baton.desk_url, "lee")
    expect(lee.page.get_by_role("banner")).to_contain_text("Lee agent")
    row = admin.page.get_by_role("form", name="lee")
    row.get_by_label("Role").select_option("supervisor")
    row.get_by_role("button", name="Save").click()
    expect(lee.page.get_by_role("banner")).to_contain_text("Lee supervisor")
    row.get_by_role("button", name="Disable").click()
    row.get_by_role("button", name="Yes, disable").click()
    expect(lee.page.get_by_role("button", name="Log in")).to_be_visible()
    last = admin.page.get_by_role("form", name="admin")
    last.get_by_label("Role").select_option("agent")
    last.get_by_role("button", name="Save").click()
    expect(last.get_by_role("alert")).to_contain_text("last admin")
    lee.close()
    admin.close()


def test_that_everybody_changes_their_own_password(baton: Local, chromium: Browser, kim: AgentPage) -> None:
    menu(kim, "Change my password")
    assert violations(kim.page) == []
    old, new = people._passwords["kim"], "another long one"
    for label, text in (("Present password", "wrong"), ("New password", new), ("New password, again", new)):
        kim.page.get_by_label(label, exact=True).fill(text)
    kim.page.get_by_role("button", name="Change it").click()
    expect(kim.page.get_by_role("alert").last).to_contain_text("present password is wrong")
    kim.page.get_by_label("Present password").fill(old)
    kim.page.get_by_role("button", name="Change it").click()
    expect(kim.page.get_by_role("status")).to_contain_text("Your password is changed")
    people._passwords["kim"] = new
    log_in(kim.page, "kim", new)
    expect(kim.page.get_by_role("navigation", name="Conversations")).to_be_visible()


def test_that_the_red_button_needs_no_bot(baton: Local, customer: CustomerPage, sam: AgentPage) -> None:
    """The last test of this file: it ends the bot for good."""
    baton.stop_child("bot")
    customer.button("Report a security problem").click()
    customer.page.get_by_label("What happened?").fill("reported while the bot is down")
    customer.button("Send report").click()
    customer.state("waiting")
    sam.take("reported while the bot is down")
    sam.reply("I see it.")
    expect(customer.said_by("agent")).to_have_text("I see it.")
