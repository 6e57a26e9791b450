"""A page elsewhere, in the browser of somebody who is logged in at the desk."""

from deploy.local.stack import Local
from tests.journey.people import AgentPage

LISTEN = """address => new Promise(done => {
    const socket = new WebSocket(address), heard = [];
    socket.onmessage = message => {
        heard.push(JSON.parse(message.data).type);
        if (heard.includes('lists')) { socket.close(); done(heard); }
    };
    socket.onclose = close => done([...heard, close.code]);
})"""
CALL = """address => fetch(address + '/api/v1/desk/calls', {
    method: "POST", mode: "no-cors", credentials: "include",
    body: '{"type": "offers", "on": true, "op": "0123456789abcdef"}',
}).then(answer => answer.type)"""


def test_that_a_page_on_another_port_hears_nothing_of_the_desk(baton: Local, sam: AgentPage) -> None:
    """The cookie goes with it, for a port is no part of a site: only the Origin tells the two pages apart."""
    elsewhere = sam.context.new_page()
    elsewhere.goto(baton.demo_url)
    socket = f"{baton.service_url.replace('http', 'ws', 1)}/api/v1/desk/socket"
    assert elsewhere.evaluate(LISTEN, socket) == ["bye", 4403]
    assert "lists" in sam.page.evaluate(LISTEN, socket)


def test_that_a_page_on_another_port_does_nothing_at_the_desk(baton: Local, sam: AgentPage) -> None:
    elsewhere = sam.context.new_page()
    elsewhere.goto(baton.demo_url)
    with sam.context.expect_event("response", lambda answer: answer.url.endswith("/desk/calls")) as answered:
        assert elsewhere.evaluate(CALL, baton.service_url) == "opaque"
    assert answered.value.status == 403
