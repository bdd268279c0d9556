"""An action and its checks in words: by the rule tables' texts, with names and numbers of the published rows."""

from collections.abc import Iterable, Mapping
from datetime import date

from dashboards.numbers import Language, day, largest, number, percent, plain
from dashboards.words import named, say, segment_name
from orchestration.cli.goals import segment_of
from orchestration.cli.marts import DIMENSIONS, Row

# Segments that say only what is not known: nothing can be done in them but to find out what they are.
UNMAPPED = ("unknown", "(other)")


def values_like(actions: Iterable[Row]) -> dict[str, float]:
    """KPI → the largest value that its actions show, so that all of one KPI have the same decimals."""
    found: dict[str, float] = {}
    for action in actions:
        own = (found.get(action["kpi_id"]), *(action[name] for name in ("value", "expected_value", "measured_value")))
        found[action["kpi_id"]] = max((value for value in own if value is not None), key=abs)
    return found


def action_text(action: Row, language: Language) -> str:
    """What to do: first what doubtful data ask for, then the rule's own action, then where to start."""
    segment_set = action["segment_set"]
    whole = segment_set == "total"
    where = say("whole", language) if whole else segment_name(segment_set, segment_of(action), language)
    texts = []
    if " Then: " in action["proposed_action"]:
        cause = next(check for check in action["check_rows"] if check["is_about_data"] and check["outcome"] == "found")
        texts += [say(f"check.{cause['kind']}.action", language, source=_source(cause, language))]
        texts += [say("then", language)]
    is_unmapped = segment_of(action) in UNMAPPED
    texts += [
        say("action.unmapped" if is_unmapped else f"signal.{action['signal_id']}.action", language, segment=where)
    ]
    if action["start_segment"] and action["start_segment"] not in UNMAPPED:
        start = segment_name(action["start_set"], action["start_segment"], language)
        texts += [say("action.start", language, segment=start)]
    return " ".join(texts)


def check_text(
    action: Row, check: Row, catalog: Mapping[str, Row], like: Mapping[str, float], language: Language
) -> tuple[str, str]:
    """Label and, of a check that found something, its finding; `like`: see `values_like`."""
    label = named(f"check.{check['label']}", language, check["label"])
    return label, _finding(action, check, catalog, like, language) if check["outcome"] == "found" else ""


def _finding(action: Row, check: Row, catalog: Mapping[str, Row], like: Mapping[str, float], language: Language) -> str:
    kind, name, value, base, share = (
        check[key] for key in ("kind", "found_name", "found_value", "found_base", "found_share")
    )
    about = name if kind == "related" else check["kpi_id"] or action["kpi_id"]
    unit = catalog[about]["unit"] if about in catalog else "count"
    decimals = like.get(about, largest((value, base)))
    shown, before = (number(item, unit, action["reporting_currency"], language, decimals) for item in (value, base))
    match kind:
        case "sources":
            periods = say(f"periods.{action['period_grain']}", language)
            return say(
                "finding.sources", language, value=shown, base=before, periods=periods, source=_source(check, language)
            )
        case "tracking":
            counts = {"value": plain(value, 0, language), "base": plain(base, 0, language)}
            return say("finding.tracking", language, **counts, source=_source(check, language))
        case "duplicates":
            counts = {"value": plain(value, 0, language), "base": plain(base, 0, language)}
            times = plain(share, 2, language)
            return say("finding.duplicates", language, **counts, times=times, source=_source(check, language))
        case "definition":
            return say("finding.definition", language, day=day(date.fromisoformat(name), language))
        case "settled":
            return say("finding.settled", language, share=percent(share, language))
        case "mix":
            return say(f"finding.{name}", language, share="–" if share is None else percent(share, language))
        case "related":
            return say("finding.related", language, value=shown, base=before)
    segment = _segment(check, name, language)
    if kind == "also":
        return say("finding.also", language, segment=segment, value=shown, base=before)
    told = "–" if share is None else percent(share, language)
    moved = say(f"finding.{action['movement']}", language, share=told)
    texts = {"segment": segment, "value": shown, "base": before, "moved": moved}
    if base is None:
        return say("finding.segment_new", language, **texts)
    dimensions = named(f"dimensions.{check['segment_set']}", language, "")
    if not dimensions or segment_of(action) in ("", name):
        return say("finding.segment", language, **texts)
    # The action is about another segment: all were compared. What adds up moves by the segment's own change.
    adds_up = about in catalog and catalog[about]["additivity"] == "A"
    way = (
        action["movement"] if adds_up and value != base and (value > base) == (action["movement"] == "up") else "other"
    )
    return say(f"finding.most.{way}", language, dimensions=dimensions, **texts)


def _source(check: Row, language: Language) -> str:
    name = check["found_name"]
    return named(f"platform.{name}", language, name) if name else say("its_sources", language)


def _segment(check: Row, name: str, language: Language) -> str:
    """The segment that a finding names; what is no longer published has only its name left."""
    if name == "total":
        return say("whole", language)
    sets = [check["segment_set"]] if check["segment_set"] else DIMENSIONS
    return next((found for item in sets if (found := segment_name(item, name, language)) != name), name)
