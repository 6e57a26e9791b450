"""Expected refusals: each has a code for programs, a sentence for people, and an HTTP status."""

STATUS = {
    "text_blank": 422,
    "text_too_long": 422,
    "text_not_unicode": 422,
    "bad_call": 422,
    "bad_frame": 422,
    "bad_cursor": 422,
    "unknown_choice": 422,
    "bad_time": 422,
    "bad_person": 422,
    "bad_origin": 403,
    "not_logged_in": 401,
    "bad_login": 401,
    "bad_signature": 401,
    "not_allowed": 403,
    "not_found": 404,
    "rights_changed": 409,
    "wrong_move": 409,
    "other_text": 409,
    "not_yours": 409,
    "taken": 409,
    "line_empty": 409,
    "no_capacity": 409,
    "proposal_gone": 409,
    "unread": 409,
    "too_many_messages": 409,
    "too_large": 413,
    "too_fast": 429,
    "store_unavailable": 503,
    # A packet that is refused never reaches a client: the customer goes to a person instead.
    "packet_version": 422,
    "packet_turn": 409,
    "packet_digest": 409,
}


class Refusal(Exception):
    """A refusal by name. `code` is a key of STATUS; `detail` is one sentence that says what to do or what is."""

    def __init__(self, code: str, detail: str, **facts: object) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.facts = facts

    @property
    def status(self) -> int:
        return STATUS[self.code]
