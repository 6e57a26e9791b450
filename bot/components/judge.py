"""The classifier of Baton: topics by kernel ridge, signals beside them, one verdict.

It sets intent and intent ranking like any Rasa classifier, and `signals` on the message for the packet.
"""

import json
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

from bot import kernel
from bot.encoder import shared_encoder
from bot.rules import rules
from bot.summary import parts_of
from bot.verdict import FALLBACK, NEEDS_PERSON, Evidence, Signal, intent_for, merge

SIGNALS = ("security", "anger", "requested")
_RANKED = 8


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Judge(IntentClassifier, GraphComponent):
    """`kept`: share of answerable examples that stay above the threshold (leave-one-out).

    `costs`: how many false alarms a missed signal is worth; thresholds follow from them in training.
    `sentence_margin`: how much more a single sentence of a long message must score than a whole message, for
    it is shorter than what the thresholds were found on.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "kept": 0.95,
            "costs": {"security": 3.0, "anger": 2.0, "requested": 4.0},
            "sentence_margin": 0.25,
        }

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._facts: dict[str, Any] = {}
        self._ridge: kernel.KernelRidge | None = None
        self._grams: kernel.NGrams | None = None

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
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        intents = sorted({example.get(INTENT) for example in examples})
        names = [(intent, intent.removeprefix("faq_").replace("_", " ")) for intent in intents]
        texts = [example.get(TEXT) for example in examples] + [name for _, name in names]
        truth = [example.get(INTENT) for example in examples] + [intent for intent, _ in names]
        labels = [_signals_of(example) for example in examples] + [_by_intent(intent) for intent, _ in names]

        encoder = shared_encoder()
        dense = np.stack([encoder.encode(text) for text in texts])
        self._grams = kernel.NGrams.fit([text.lower() for text in texts])
        sparse = self._grams.of([text.lower() for text in texts])
        targets = np.zeros((len(texts), len(intents) + len(SIGNALS)))
        for row, (intent, signals) in enumerate(zip(truth, labels, strict=True)):
            targets[row, intents.index(intent)] = 1.0
            for signal in signals:
                targets[row, len(intents) + SIGNALS.index(signal)] = 1.0
        self._ridge, left_out = kernel.fit(dense, sparse, targets, len(intents))
        self._facts = {"intents": intents, "grams": self._grams.as_dict()} | self._thresholds(
            intents, targets[: len(examples)], left_out[: len(examples)]
        )
        self.persist()
        return self._resource

    def _thresholds(self, intents: list[str], targets: np.ndarray, left_out: np.ndarray) -> dict[str, Any]:
        truth = targets[:, : len(intents)].argmax(axis=1)
        topics = [place for place, intent in enumerate(intents) if intent not in NEEDS_PERSON]
        scale = kernel.temperature(left_out[:, : len(intents)], truth)
        certain = kernel.softmax(left_out[:, : len(intents)] / scale)
        answerable = np.isin(truth, topics)
        right = certain[answerable, truth[answerable]]
        thresholds = {
            signal: kernel.cheapest_threshold(
                left_out[:, len(intents) + place],
                targets[:, len(intents) + place] > 0,
                self._config["costs"][signal],
            )
            for place, signal in enumerate(SIGNALS)
        }
        return {
            "temperature": scale,
            "confidence": float(np.quantile(right, 1 - self._config["kept"])),
            "distance": float(
                np.quantile(left_out[answerable][:, topics].max(axis=1), 1 - self._config["kept"])
            ),
            "signals": thresholds,
        }

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT) and not message.get(INTENT):
                self._judge(message)
        return messages

    def _judge(self, message: Message) -> None:
        text = message.get(TEXT)
        parts = [text, *parts_of(text)]
        encoder = shared_encoder()
        dense = np.stack([encoder.encode(part) for part in parts])
        assert self._ridge and self._grams
        scores = self._ridge.scores(dense, self._grams.of([part.lower() for part in parts]))
        ranking = self._ranking(scores[0])
        found = merge([*rules().signals(text), *self._scored(parts, scores)])
        # Beside another signal, doubt about the topic says nothing more.
        found = found or self._uncertain(scores[0], ranking)
        raised = intent_for(found)
        topics = [ranked for ranked in ranking if ranked["name"] not in NEEDS_PERSON]
        best = (
            {"name": raised, "confidence": self._confidence(found, ranking, raised)} if raised else topics[0]
        )
        message.set(INTENT, best, add_to_output=True)
        ranked = [best, *(one for one in ranking if one["name"] != best["name"])]
        message.set("intent_ranking", ranked[:_RANKED], add_to_output=True)
        message.set("signals", [signal.as_dict() for signal in found], add_to_output=True)

    def _ranking(self, scores: np.ndarray) -> list[dict[str, Any]]:
        intents = self._facts["intents"]
        certain = kernel.softmax(scores[: len(intents)] / self._facts["temperature"])
        return [
            {"name": intents[place], "confidence": float(certain[place])} for place in np.argsort(-certain)
        ]

    def _scored(self, parts: list[str], scores: np.ndarray) -> list[Signal]:
        columns = scores[:, len(self._facts["intents"]) :]
        found = []
        for place, signal in enumerate(SIGNALS):
            over = columns[:, place] - self._facts["signals"][signal]
            over[1:] -= self._config["sentence_margin"]
            row = int(np.argmax(over))
            if over[row] >= 0:
                score = float(np.clip(columns[row, place], 0.0, 1.0))
                kind = self._kind(scores[row]) if signal == "security" else None
                # The sentence that says it most, which is what an agent wants to read.
                telling = parts[1 + int(np.argmax(columns[1:, place]))] if len(parts) > 1 else parts[0]
                found.append(
                    Signal(signal, score, kind, (Evidence("model", telling[:300]),), float(over[row]))
                )
        return found

    def _kind(self, scores: np.ndarray) -> str:
        intents = self._facts["intents"]
        incident, question = (scores[intents.index(f"security_{kind}")] for kind in ("incident", "question"))
        return "incident" if incident >= question else "question"

    def _uncertain(self, scores: np.ndarray, ranking: list[dict[str, Any]]) -> list[Signal]:
        best = ranking[0]
        if best["name"] == "out_of_scope":
            return [Signal("uncertainty", best["confidence"], None, (Evidence("nearest_is_out_of_scope"),))]
        topics = [place for place, intent in enumerate(self._facts["intents"]) if intent not in NEEDS_PERSON]
        nearest = float(scores[topics].max())
        certain = max(ranked["confidence"] for ranked in ranking if ranked["name"] not in NEEDS_PERSON)
        if nearest < self._facts["distance"]:
            return [Signal("uncertainty", 1 - certain, None, (Evidence("far_from_everything_known"),))]
        if certain < self._facts["confidence"]:
            return [Signal("uncertainty", 1 - certain, None, (Evidence("between_two_topics"),))]
        return []

    def _confidence(self, found: list[Signal], ranking: list[dict[str, Any]], raised: str) -> float:
        if raised == FALLBACK:
            return float(ranking[0]["confidence"])
        return max(signal.score for signal in found if signal.signal != "uncertainty")

    def persist(self) -> None:
        assert self._ridge
        with self._storage.write_to(self._resource) as folder:
            np.savez(
                folder / "ridge.npz",
                dense=self._ridge.dense.astype(np.float32),
                weights=self._ridge.weights.astype(np.float32),
                centroids=self._ridge.centroids.astype(np.float32),
                sparse_data=self._ridge.sparse.data.astype(np.float32),
                sparse_indices=self._ridge.sparse.indices,
                sparse_indptr=self._ridge.sparse.indptr,
                sparse_shape=np.array(self._ridge.sparse.shape),
            )
            (folder / "facts.json").write_text(json.dumps(self._facts, ensure_ascii=False), encoding="utf-8")

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
        with model_storage.read_from(resource) as folder:
            judge._facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
            with np.load(folder / "ridge.npz", allow_pickle=False) as kept:
                sparse = kernel.csr_matrix(
                    (kept["sparse_data"], kept["sparse_indices"], kept["sparse_indptr"]),
                    shape=tuple(kept["sparse_shape"]),
                )
                judge._ridge = kernel.KernelRidge(kept["dense"], sparse, kept["weights"], kept["centroids"])
        judge._grams = kernel.NGrams.from_dict(judge._facts.pop("grams"))
        return judge


def _signals_of(example: Message) -> list[str]:
    labelled = (example.get("metadata") or {}).get("example") or {}
    return sorted({*_by_intent(example.get(INTENT)), *labelled.get("signals", [])} & set(SIGNALS))


def _by_intent(intent: str) -> list[str]:
    signal = NEEDS_PERSON.get(intent, ("", None))[0]
    return [signal] if signal in SIGNALS else []
