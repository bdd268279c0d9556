"""A change in words: what moved, by how much, and what explains it best, from the numbers of `kpi_change_reasons`."""

from dashboards.numbers import MINUS, Language, number, percent, size
from dashboards.words import dimension_name, label, named, say, segment_name
from orchestration.cli.marts import Row


def change_sentence(reason: Row, known: Row, grain: str, language: Language) -> str:
    """What moved, by how much, and what explains it best; no full stop."""
    unit, currency = known["unit"], reason["currency"]
    after, before = (number(reason[name], unit, currency, language) for name in ("value1", "value0"))
    moved = (
        size(reason["change"], unit, currency, language)
        if unit in ("ratio", "index") or reason["relative_change"] is None
        else percent(reason["relative_change"], language)
    )
    text = say(
        f"change.{reason['movement']}",
        language,
        label=label(known, language),
        moved=moved,
        after=after,
        before=before,
        base=say(f"base.{grain}", language),
    )
    if reason["movement"] not in ("up", "down"):
        return text
    because = [_cause(reason, currency, language), _leading(reason, unit, currency, language)]
    told = "; ".join(part for part in because if part)
    return f"{text}: {told or say('cause.no_segment' if reason['leading_set'] else 'cause.no_split', language)}"


def _cause(reason: Row, currency: str, language: Language) -> str:
    if reason["leading_factor"]:
        unit = reason["factor_unit"]
        places = {name: number(reason[name], unit, currency, language) for name in ("factor0", "factor1")}
        factor = named(f"factor.{reason['factor_label']}", language, reason["factor_label"])
        return say("cause.factor", language, factor=factor, **places)
    if reason["leading_kind"] in ("rate", "mix", "interaction"):
        dimension = dimension_name(reason["leading_set"], language)
        return say(f"cause.{reason['leading_kind']}", language, dimension=dimension)
    return ""


def _leading(reason: Row, unit: str, currency: str, language: Language) -> str:
    if not reason["leading_segment"]:
        return ""
    effect = reason["leading_effect"]
    sign = "+" if effect > 0 else MINUS
    return say(
        "cause.segment",
        language,
        dimension=dimension_name(reason["leading_set"], language),
        segment=segment_name(reason["leading_set"], reason["leading_segment"], language),
        effect=f"{sign}{size(effect, unit, currency, language)}",
    )
