"""spaCy's tokenizer from a blank pipeline, so that nothing has to be downloaded."""

import spacy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.utils import spacy_utils

_BLANK = "blank:"


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.MODEL_LOADER, DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER],
    is_trainable=False,
    model_from="SpacyNLP",
)
class SpacyNLP(spacy_utils.SpacyNLP):
    """`model: blank:en` takes a blank pipeline of that language; any other name is loaded as Rasa does.

    The class must have this name: the recipe links the components that need spaCy by it.
    """

    @staticmethod
    def load_model(spacy_model_name: str) -> spacy_utils.SpacyModel:
        if not spacy_model_name.startswith(_BLANK):
            return spacy_utils.SpacyNLP.load_model(spacy_model_name)
        return spacy_utils.SpacyModel(spacy.blank(spacy_model_name[len(_BLANK) :]), spacy_model_name)

    @staticmethod
    def ensure_proper_language_model(nlp: object) -> None:
        """A blank pipeline has no path, which Rasa would refuse."""
