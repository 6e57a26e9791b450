"""The systems that bot/bench_nlu.py measures: fit on texts and intents, then read a message at a time."""

import tempfile
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

Rows = Sequence[tuple[str, str]]


class System(Protocol):
    """`note`: what the reader of the table has to know about the training."""

    note: str

    def fit(self, rows: Rows) -> None:
        """`rows`: text and intent."""

    def read(self, text: str) -> tuple[str, float]:
        """The intent, and how sure the system is that it is the right one."""


class Baton:
    """The product's pipeline: only where the examples come from differs."""

    note = ""

    def fit(self, rows: Rows) -> None:
        from bot.encoder import shared_encoder
        from bot.features import SIGNALS
        from bot.fitting import Example, fit
        from bot.wish import Wish

        encode = shared_encoder().encode
        costs = dict.fromkeys(SIGNALS, 1.0)  # of the thresholds; nothing here is measured at them
        examples = [Example(text.strip(), intent) for text, intent in rows]
        with tqdm(desc="  Baton embeds", unit=" texts", leave=False) as bar:

            def shown(text: str, parts: Sequence[str]) -> Any:
                bar.update()
                return encode(text, parts)

            self._judgement = fit(examples, shown, Wish("keep", 0.95), costs)
        self._judgement.encode = encode

    def read(self, text: str) -> tuple[str, float]:
        reading = self._judgement.read(text.strip())
        return reading.topic, reading.confidence


class Tfidf:
    """TF-IDF of words and pairs of words, and multinomial logistic regression."""

    note = ""

    def fit(self, rows: Rows) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        texts, intents = zip(*rows, strict=True)
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        self._pipeline = make_pipeline(words, LogisticRegression(C=100, max_iter=300)).fit(texts, intents)

    def read(self, text: str) -> tuple[str, float]:
        (shares,) = self._pipeline.predict_proba([text])
        best = int(shares.argmax())
        return str(self._pipeline.classes_[best]), float(shares[best])


class Diet:
    """Rasa's default pipeline. `minutes`: when its training stops, wherever it is then; 100 epochs at the most."""

    epochs = 100

    def __init__(self, minutes: float) -> None:
        self._minutes = minutes
        self.note = ""

    def fit(self, rows: Rows) -> None:
        from rasa.engine.graph import ExecutionContext, GraphSchema
        from rasa.engine.storage.local_model_storage import LocalModelStorage
        from rasa.engine.storage.resource import Resource
        from rasa.nlu.classifiers.diet_classifier import DIETClassifier
        from rasa.nlu.featurizers.sparse_featurizer import count_vectors_featurizer, regex_featurizer
        from rasa.nlu.featurizers.sparse_featurizer.lexical_syntactic_featurizer import (
            LexicalSyntacticFeaturizer,
        )
        from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
        from rasa.shared.nlu.constants import INTENT, TEXT
        from rasa.shared.nlu.training_data.message import Message
        from rasa.shared.nlu.training_data.training_data import TrainingData

        counts = count_vectors_featurizer.CountVectorsFeaturizer
        pipeline: list[tuple[Any, dict[str, Any]]] = [
            (WhitespaceTokenizer, {}),
            (regex_featurizer.RegexFeaturizer, {}),
            (LexicalSyntacticFeaturizer, {}),
            (counts, {}),
            (counts, {"analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4}),
            (DIETClassifier, {"epochs": self.epochs, "constrain_similarities": True}),
        ]
        data = TrainingData([Message({TEXT: text, INTENT: intent}) for text, intent in rows])
        self._components = []
        with tempfile.TemporaryDirectory() as folder:
            storage, context = LocalModelStorage(Path(folder)), ExecutionContext(GraphSchema({}), "bench")
            for place, (kind, config) in enumerate(pipeline):
                whole = {**kind.get_default_config(), **config}
                component = kind.create(whole, storage, Resource(f"{place}"), context)
                if kind is DIETClassifier:
                    self._bound(component)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # at every batch; Rasa sets its own filters on import
                    if hasattr(component, "train"):
                        component.train(data)
                    if kind is not DIETClassifier:
                        component.process_training_data(data)
                self._components.append(component)

    def _bound(self, diet: Any) -> None:
        """Has Keras stop in time. Rasa makes the model and calls its `fit` in one go, so `fit` is what can be had."""
        from tensorflow.keras.callbacks import Callback

        system, instantiate = self, diet._instantiate_model_class
        ends = time.monotonic() + 60 * self._minutes

        class Clock(Callback):  # type: ignore[misc]
            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                self.model.stop_training |= time.monotonic() > ends

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                system.note = f"{epoch + 1} of {system.epochs} epochs"
                system.note += ", then out of time" if self.model.stop_training else ""

        def instantiate_bound(data: Any) -> Any:
            model = instantiate(data)
            fit = model.fit
            model.fit = lambda *args, **named: fit(
                *args, **named | {"callbacks": [*named.get("callbacks", []), Clock()]}
            )
            return model

        diet._instantiate_model_class = instantiate_bound

    def read(self, text: str) -> tuple[str, float]:
        from rasa.shared.nlu.constants import INTENT, TEXT
        from rasa.shared.nlu.training_data.message import Message

        message = Message({TEXT: text})
        for component in self._components:
            component.process([message])
        found = message.get(INTENT) or {"name": "", "confidence": 0.0}
        return found["name"] or "", found["confidence"]
