"""Bodies of the Responses API, only the parts that are read; values of other answer types are never decoded."""

import msgspec


class FieldRef(msgspec.Struct, gc=False):
    id: str
    ref: str = ""


class AnswerItem(msgspec.Struct):
    field: FieldRef
    number: float | None = None
    email: str | None = None


class Response(msgspec.Struct):
    response_id: str
    submitted_at: str = ""
    hidden: dict[str, str | None] | None = None
    answers: list[AnswerItem] | None = None


class Responses(msgspec.Struct):
    items: list[Response] = []


class Properties(msgspec.Struct, gc=False):
    steps: int | None = None
    start_at_one: bool | None = None


class Field(msgspec.Struct):
    id: str
    type: str
    ref: str = ""
    properties: Properties = msgspec.field(default_factory=Properties)


class Form(msgspec.Struct):
    id: str
    fields: list[Field] = []


class ErrorBody(msgspec.Struct, gc=False):
    code: str = ""
