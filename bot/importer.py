"""A topic is one NLU file and one answer: intents and rules follow from them."""

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import RuleStep, StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter

from bot.verdict import FALLBACK, NEEDS_PERSON

_HANDOFF = "action_handoff"


class TopicImporter(RasaFileImporter):
    """Adds to the files what they imply: every intent of the NLU data, and a rule for each.

    An intent that needs a person is followed by action_handoff, every other by its answer, `utter_<intent>`.
    An intent for which a rule is written gets no other.
    """

    def get_domain(self) -> Domain:
        written = super().get_domain()
        intents = sorted(set(self.get_nlu_data().intents) | {FALLBACK})
        implied = {
            "intents": [intent for intent in intents if intent not in written.intents],
            "actions": [_HANDOFF],
        }
        return written.merge(Domain.from_dict(implied))

    def get_stories(self, exclusion_percentage: Any = None) -> StoryGraph:
        written = super().get_stories(exclusion_percentage)
        rules = [
            {"rule": intent, "steps": [{"intent": intent}, {"action": _answer(intent)}]}
            for intent in sorted({*self.get_nlu_data().intents, FALLBACK} - _ruled(written))
        ]
        implied = YAMLStoryReader().read_from_parsed_yaml({"version": "3.1", "rules": rules})
        return written.merge(StoryGraph(implied))


def _ruled(written: StoryGraph) -> set[str]:
    steps = [step for step in written.story_steps if isinstance(step, RuleStep)]
    return {event.intent_name for step in steps for event in step.events if isinstance(event, UserUttered)}


def _answer(intent: str) -> str:
    return _HANDOFF if intent in NEEDS_PERSON or intent == FALLBACK else f"utter_{intent}"
