"""Every topic has an answer that a customer can use, made of the company's facts and of nothing else."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
RESPONSES = YAML(typ="safe").load((ROOT / "domain.yml").read_text(encoding="utf-8"))["responses"]
FACTS = (ROOT / "docs" / "postline.md").read_text(encoding="utf-8")
TOPICS = [
    "pricing", "change_plan", "cancel_subscription", "refund", "invoice", "payment_method",
    "payment_failed", "free_trial", "discount", "reset_password", "login_problem", "two_factor",
    "change_email", "delete_account", "export_data", "privacy", "invite_member", "roles_permissions",
    "assign_message", "connect_account", "post_failed", "schedule_post", "inbox_streams",
    "analytics_report", "notifications", "mobile_app", "api_integrations", "languages", "service_status",
    "report_bug", "feature_request", "support_hours", "onboarding",
]  # fmt: skip
SMALL_TALK = ["greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge"]


def test_that_the_topics_are_the_topics_of_the_data() -> None:
    files = {file.stem for file in (ROOT / "data" / "nlu").glob("*.yml")}
    assert set(TOPICS) <= files
    assert set(RESPONSES) == {f"utter_faq_{topic}" for topic in TOPICS} | {
        f"utter_{name}" for name in SMALL_TALK
    }


@pytest.mark.parametrize("topic", TOPICS)
def test_that_an_answer_gives_the_thing_itself(topic: str) -> None:
    (answer,) = RESPONSES[f"utter_faq_{topic}"]
    text = answer["text"]
    assert answer["metadata"]["title"]
    assert 60 <= len(text) <= 600
    assert not re.search(r"\]\(|\*\*|<\w", text), "plain text, no markup"
    assert not re.search(r"click here|agent will|someone will|get back to you|rephrase", text, re.IGNORECASE)


@pytest.mark.parametrize("topic", TOPICS)
def test_that_every_figure_of_an_answer_stands_in_the_facts(topic: str) -> None:
    section = next(line for line in FACTS.splitlines() if line.startswith(f"- **{topic}**"))
    text = RESPONSES[f"utter_faq_{topic}"][0]["text"]
    text = re.sub(r"^\d\. ", "", text, flags=re.MULTILINE)
    missing = [figure for figure in re.findall(r"\d+", text) if figure not in re.findall(r"\d+", FACTS)]
    assert not missing
    assert section


def test_that_the_greeting_names_the_way_to_a_person() -> None:
    assert all("Talk to a person" in answer["text"] for answer in RESPONSES["utter_greet"])
    assert "program" in RESPONSES["utter_bot_challenge"][0]["text"]
