"""A change in words: what moved, by how much, and what explains it best, from the numbers of `kpi_change_reasons`."""

from datetime import date

from dashboards.lengths import grows_with_time, length_text, per_day
from dashboards.numbers import Language, alike, apart, percent, period, signed, size
from dashboards.words import dimension_name, label, named, say, segment_name
from orchestration.cli.marts import Row

# What a split of a ratio may be mostly of.
KINDS = ("rate", "mix", "interaction")


def in_period(grain: str, start: date, language: Language) -> str:
    """` in December 2025`, as it stands behind a value."""
    return say(f"when.{grain}", language, when=period(grain, start, language))


def change_sentence(reason: Row, known: Row, grain: str, language: Language, page_grain: str | None = None) -> str:
    """What moved, by how much, and what explains it best; no full stop.

    `page_grain`: of the cards beside it; where it is another than the change's, the sentence names its period.
    """
    unit, currency = known["unit"], reason["currency"]
    after, before = alike((reason["value1"], reason["value0"]), unit, currency, language)
    moved = (
        apart(reason["value1"], reason["value0"], unit, currency, language)
        if unit in ("ratio", "index") or reason["relative_change"] is None
        else percent(reason["relative_change"], language)
    )
    base = say(f"base.{grain}", language)
    if grows_with_time(known) and (
        longer := length_text(grain, reason["period_start"], reason["base_start"], language)
    ):
        base += say("change.length", language, longer=longer)
        a_day = per_day(
            known, grain, (reason["period_start"], reason["value1"]), (reason["base_start"], reason["value0"])
        )
        if a_day is not None:
            base += say("change.per_day", language, moved=signed(percent(a_day, language), a_day))
    name = label(known, language)
    when = "" if page_grain in (None, grain) else in_period(grain, reason["period_start"], language)
    shown = {"label": name, "moved": moved, "after": after, "before": before, "base": base, "when": when}
    text = say(f"change.{reason['movement']}", language, **shown)
    if reason["movement"] not in ("up", "down"):
        return text
    because = [_cause(reason, currency, language), _leading(reason, unit, currency, language)]
    told = "; ".join(part for part in because if part) or _no_cause(reason, language)
    return f"{text}: {told}"


def _no_cause(reason: Row, language: Language) -> str:
    if not reason["leading_set"]:
        return say("cause.no_split", language)
    # One segment is the whole: there is nothing that it could explain.
    return say("cause.no_segment" if reason["segments"] > 1 else "cause.one_segment", language)


def _cause(reason: Row, currency: str, language: Language) -> str:
    if reason["leading_factor"]:
        factor0, factor1 = alike((reason["factor0"], reason["factor1"]), reason["factor_unit"], currency, language)
        factor = named(f"factor.{reason['factor_label']}", language, reason["factor_label"])
        return say("cause.factor", language, factor=factor, factor0=factor0, factor1=factor1)
    if reason["leading_kind"] in KINDS:
        dimension = dimension_name(reason["leading_set"], language)
        return say(f"cause.{reason['leading_kind']}", language, dimension=dimension)
    return ""


def _leading(reason: Row, unit: str, currency: str, language: Language) -> str:
    if not reason["leading_segment"]:
        return ""
    effect = reason["leading_effect"]
    return say(
        # By what it is divided, a kind has told before.
        "cause.segment_in" if not reason["leading_factor"] and reason["leading_kind"] in KINDS else "cause.segment",
        language,
        dimension=dimension_name(reason["leading_set"], language),
        segment=segment_name(reason["leading_set"], reason["leading_segment"], language),
        effect=signed(size(effect, unit, currency, language, reason["value1"]), effect),
    )
