"""The journey, on everything that `make run` starts: real bot, real store, real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from deploy.local.stack import Local
from tests.journey.people import AgentPage, CustomerPage

ROOT = Path(__file__).resolve().parents[2]
EXPOSED = [
    "um there is a florist's conversation sitting in my postline inbox, pretty sure thats not meant for my eyes",
    "Since the weekend my colleague and I both read comments addressed to some hotel group we have nothing to do with.",
    "our dashboard shows mentions of a company that is not us",
    "I just opened my stream and it lists private messages between a school and its parents. We run a garage.",
    "quick heads up: im looking at someone elses drafts rn, names and all",
]


def test_that_a_question_is_answered_and_stays_with_the_bot(customer: CustomerPage) -> None:
    customer.say("Hi! How long do I have to ask for my money back?")
    expect(customer.said_by("bot").last).to_contain_text("within 14 days")
    customer.state("bot")
    expect(customer.button("Talk to a person")).to_be_visible()


@pytest.mark.parametrize("report", EXPOSED)
def test_that_none_of_the_wordings_stands_in_the_data(report: str) -> None:
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "data").rglob("*.*")]
    assert texts
    assert not any(report in text for text in texts)


@pytest.mark.parametrize("report", EXPOSED)
def test_that_a_report_of_exposed_data_reaches_an_agent_and_ends_only_with_the_customers_yes(
    customer: CustomerPage, sam: AgentPage, report: str
) -> None:
    customer.say("where do i find my invoices")
    expect(customer.said_by("bot")).to_have_count(1)
    customer.say(f"{report} Our number is PL-88213.")
    expect(customer.event("waiting")).to_contain_text("Nobody from us will ask for your password")

    sam.take(report[:30])
    sam.has_it()
    expect(sam.transcript).to_contain_text("where do i find my invoices")
    expect(sam.transcript).to_contain_text("Settings → Billing → Invoices")
    expect(sam.transcript).to_contain_text(report)
    expect(sam.facts).to_contain_text("Security incident")
    expect(sam.facts.locator(".why").first).to_contain_text("#3")
    expect(sam.facts).to_contain_text("PL-88213")
    expect(sam.facts).to_contain_text("Invoices and receipts")

    sam.reply("Thank you for telling us. We have cut the connection.")
    expect(customer.said_by("agent")).to_have_text("Thank you for telling us. We have cut the connection.")
    customer.state("agent")
    customer.say("I still see it")
    expect(sam.transcript).to_contain_text("I still see it")
    sam.propose("Please reload, it is gone now.")
    customer.button("No, not yet").click()
    expect(sam.mine("No").or_(sam.mine("Please reload"))).to_be_visible()
    sam.has_it()
    sam.propose("And now?")
    customer.button("Yes, solved").click()
    expect(customer.event("solved")).to_be_visible()
    customer.state("closed")
    expect(sam.page.locator(".conversation .head p")).to_have_text("Closed: solved")


def test_that_a_reload_and_a_second_tab_show_the_same_conversation_once(customer: CustomerPage) -> None:
    customer.say("how do i invite a colleague")
    expect(customer.said_by("bot")).to_have_count(1)
    before = customer.texts()
    customer.page.reload()
    expect(customer.said_by("bot")).to_have_count(1)
    assert customer.texts() == before
    tab = customer.second_tab()
    expect(tab.locator("li[data-kind=bot]")).to_have_count(1)
    customer.say("thank you")
    expect(tab.locator("li[data-kind=bot]")).to_have_count(2)
    expect(customer.said_by("bot")).to_have_count(2)
    texts = tab.locator("li[data-seq] .bubble, li[data-seq] .line").all_inner_texts()
    assert texts == customer.texts()
    assert texts.count("thank you") == 1


def test_that_of_two_agents_one_gets_it_and_the_other_is_told_who(
    customer: CustomerPage, sam: AgentPage, kim: AgentPage
) -> None:
    customer.say("I would like to talk to a human being about our two agents' race")
    customer.state("waiting")
    for agent in (sam, kim):
        expect(agent.waiting("two agents' race")).to_be_visible()
    # Kim's page does not hear of it in time: her connection is held, her click comes second.
    buttons = [
        agent.waiting("two agents' race").get_by_role("button", name="Take", exact=True)
        for agent in (sam, kim)
    ]
    kim.page.evaluate("window.held = document.querySelector('li.card[data-state=waiting] .take-this')")
    buttons[0].click()
    kim.page.evaluate("window.held.click()")
    sam.has_it()
    expect(kim.page.get_by_role("status").first).to_contain_text("Sam has this conversation already")
    expect(customer.event("joined")).to_have_count(1)
    sam.page.get_by_role("button", name="Give back").click()
    customer.button("Never mind, back to the assistant").click()
    customer.state("bot")


def test_that_a_button_brings_a_person_without_a_word(customer: CustomerPage, sam: AgentPage) -> None:
    customer.button("Talk to a person").click()
    customer.state("waiting")
    customer.say("the thing with the button")
    sam.take("the thing with the button")
    sam.has_it()
    expect(sam.facts).to_contain_text("pressed the button")
    sam.reply("I am here.")
    expect(customer.said_by("agent")).to_have_text("I am here.")


def test_that_markup_is_inert_on_both_sides(customer: CustomerPage, sam: AgentPage) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\"><script>1</script> javascript:alert(1)"
    customer.button("Talk to a person").click()
    customer.say(hostile)
    expect(customer.said_by("customer")).to_have_text(hostile)
    sam.take("<img src=x")
    expect(sam.transcript).to_contain_text(hostile)
    for page in (customer.page, sam.page):
        assert "owned" not in page.title()
        assert page.locator("img, a[href^=javascript]").count() == 0


def test_that_no_message_stands_in_a_log_file(baton: Local, customer: CustomerPage, sam: AgentPage) -> None:
    customer.say("how do refunds work, canary-one")
    expect(customer.said_by("bot")).to_have_count(1)
    customer.say("get me a human because of canary-two")
    sam.take("canary-two")
    sam.reply("canary-three")
    expect(customer.said_by("agent")).to_have_count(1)
    logs = [file.read_text(encoding="utf-8", errors="replace") for file in (baton.var / "log").iterdir()]
    assert logs
    assert not any("canary" in log for log in logs)


def test_that_a_note_begun_never_waits_in_the_customers_field(customer: CustomerPage, sam: AgentPage) -> None:
    customer.say("a person please, about drafts and notes")
    sam.take("drafts and notes")
    sam.has_it()
    sam.page.get_by_role("button", name="Note to colleagues").click()
    sam.page.get_by_role("textbox", name="Note to colleagues").fill("she sounds tired")
    sam.page.keyboard.press("Tab")
    sam.page.get_by_role("button", name="Reply to the customer").click()
    expect(sam.page.get_by_role("textbox", name="Reply to the customer")).to_have_value("")
    sam.reply("Hello!")
    expect(customer.said_by("agent")).to_have_text("Hello!")
    sam.page.get_by_role("button", name="Note to colleagues").click()
    expect(sam.page.get_by_role("textbox", name="Note to colleagues")).to_have_value("she sounds tired")


def test_that_what_was_not_sent_yet_survives_a_reload(customer: CustomerPage) -> None:
    customer.say("how do i invite a colleague")
    expect(customer.said_by("bot")).to_have_count(1)
    customer.page.route_web_socket("**", lambda socket: socket.close())
    customer.page.reload()
    customer.say("written while the line was dead")
    customer.page.unroute_all()
    page = customer.second_tab()
    expect(
        page.locator("li[data-kind=customer]").filter(has_text="written while the line was dead")
    ).to_have_count(1)


def test_that_without_the_bot_the_customer_reaches_a_person(
    baton: Local, customer: CustomerPage, sam: AgentPage
) -> None:
    """The last test of this file: it ends the bot for good."""
    customer.say("how do i export my data, we are PL-88213")
    expect(customer.said_by("bot")).to_have_count(1)
    baton.stop_child("bot")
    customer.say("and how long does that take, my bot is gone")
    customer.state("waiting")
    sam.take("my bot is gone")
    expect(sam.facts).to_contain_text("Bot failed")
    expect(sam.transcript).to_contain_text("how do i export my data")
    expect(sam.facts).to_contain_text("PL-88213")
    expect(sam.facts).to_contain_text("Export data")
