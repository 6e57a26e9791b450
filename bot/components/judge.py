"""The classifier of Baton: topics, signals, one verdict (bot/judgement.py, bot/rules.py).

It sets intent and intent ranking like any Rasa classifier, and `signals` on the message for the packet.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.encoder import shared_encoder
from bot.features import SIGNALS
from bot.fitting import Example, fit
from bot.judgement import Judgement, Reading
from bot.rules import FILE as RULES
from bot.rules import Rules, read_rules
from bot.vectors import kept_vectors
from bot.verdict import NEEDS_PERSON, UNCERTAINTY, Evidence, Signal, intent_for, is_small_talk, merge
from bot.wish import read_wish

_RANKED = 8
_BOT = Path(__file__).resolve().parent.parent
_ARRAYS, _FACTS = "ridge.npz", "facts.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Judge(IntentClassifier, GraphComponent):
    """`wish`: what the operator wants of the bot, as bot/wish.py reads it; BATON_WISH goes before it.

    `costs`: how many false alarms a missed signal is worth. Thresholds follow from both, in training.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "wish": "keep at least 95 % of answerable questions with the bot",
            "costs": {"security": 10.0, "anger": 2.3, "requested": 5.5},
        }

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._judgement: Judgement | None = None
        self._rules = Rules([])

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Rasa takes a trained component from its cache where this, the data and the configuration are the same."""
        ours = sorted([*_BOT.glob("*.py"), RULES])
        return hashlib.sha256(
            b"".join(file.read_bytes() for file in ours) + _wish(config).encode()
        ).hexdigest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Judge":
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [
            Example(example.get(TEXT).strip(), example.get(INTENT), _signals_of(example))
            for example in training_data.intent_examples
            if example.get(TEXT)
        ]
        wish = read_wish(_wish(self._config))
        self._judgement = fit(examples, kept_vectors().encode, wish, self._config["costs"])
        self._rules = Rules(read_rules(RULES))
        self.persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT) and not message.get(INTENT):
                self._judge(message)
        return messages

    def _judge(self, message: Message) -> None:
        assert self._judgement
        text = message.get(TEXT)
        reading = self._judgement.read(text)
        by_rules, after_answer = self._rules.read(text)
        found = merge([*by_rules, *self._scored(reading)])
        # Beside another signal, doubt about the topic says nothing more.
        found = found or self._uncertain(reading)
        raised = intent_for(found)
        best = {"name": raised or reading.topic, "confidence": _confidence(found, reading)}
        order = np.argsort(-reading.certain)
        ranking = [
            {"name": self._judgement.intents[place], "confidence": float(reading.certain[place])}
            for place in order
        ]
        message.set(INTENT, best, add_to_output=True)
        ranked = [best, *(one for one in ranking if one["name"] != best["name"])]
        message.set("intent_ranking", ranked[:_RANKED], add_to_output=True)
        message.set("signals", [signal.as_dict() for signal in found], add_to_output=True)
        message.set("after_answer", [one.as_dict() for one in after_answer], add_to_output=True)
        message.set("small_talk", self._small_talk(reading), add_to_output=True)

    def _scored(self, reading: Reading) -> list[Signal]:
        assert self._judgement
        found = []
        for signal in SIGNALS:
            score = reading.signals[signal]
            over = score - self._judgement.signal_thresholds[signal]
            if over >= 0:
                kind = self._kind(reading.scores[0]) if signal == "security" else None
                # The sentence that says it most, which is what an agent wants to read.
                column = reading.scores[:, self._judgement.columns.of_signal(signal)]
                telling = reading.parts[1 + int(np.argmax(column[1:])) if len(column) > 1 else 0]
                found.append(Signal(signal, score, kind, (Evidence("model", telling[:300]),), over))
        return found

    def _kind(self, scores: np.ndarray) -> str:
        assert self._judgement
        intents = self._judgement.intents
        incident, question = (scores[intents.index(f"security_{kind}")] for kind in ("incident", "question"))
        return "incident" if incident >= question else "question"

    def _uncertain(self, reading: Reading) -> list[Signal]:
        assert self._judgement
        topics = [intent for intent in reading.asked if not is_small_talk(intent)]
        if len(topics) > 1:
            return [Signal(UNCERTAINTY, 1 - reading.confidence, None, (Evidence("several_questions"),))]
        if reading.confidence >= self._judgement.confidence_threshold:
            return []
        best = self._judgement.intents[int(np.argmax(reading.certain))]
        why = "between_two_topics" if best not in NEEDS_PERSON else "nearest_is_out_of_scope"
        return [Signal(UNCERTAINTY, 1 - reading.confidence, None, (Evidence(why),))]

    def _small_talk(self, reading: Reading) -> dict[str, Any] | None:
        """Where nothing is asked and small talk is the likeliest topic: what bot/turn_signals.py needs to weigh it."""
        assert self._judgement
        if "?" in reading.parts[0] or not is_small_talk(reading.topic):
            return None
        return {
            "name": reading.topic,
            "share": float(reading.certain[self._judgement.columns.small_talk].sum()),
            "confidence": reading.confidence,
            "threshold": self._judgement.confidence_threshold,
        }

    def persist(self) -> None:
        assert self._judgement
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / _ARRAYS, **self._judgement.arrays())
            (folder / _FACTS).write_text(
                json.dumps(self._judgement.facts(), ensure_ascii=False), encoding="utf-8"
            )
            # With the model, so that a changed rule is judged before it meets a customer.
            (folder / RULES.name).write_bytes(RULES.read_bytes())

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> "Judge":
        judge = cls(config, model_storage, resource)
        with (
            model_storage.read_from(resource) as folder,
            np.load(folder / _ARRAYS, allow_pickle=False) as kept,
        ):
            facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
            judge._rules = Rules(read_rules(folder / RULES.name))
            judge._judgement = Judgement.from_parts(facts, kept, shared_encoder().encode)
        return judge


def _wish(config: dict[str, Any]) -> str:
    return str(os.environ.get("BATON_WISH") or config["wish"])


def _confidence(found: list[Signal], reading: Reading) -> float:
    """How likely the signal is that calls a person; else, how likely the best topic is the right one."""
    return max((signal.score for signal in found if signal.signal != UNCERTAINTY), default=reading.confidence)


def _signals_of(example: Message) -> tuple[str, ...]:
    labelled = (example.get("metadata") or {}).get("example") or {}
    return tuple(labelled.get("signals", ()))
