"""From typed bodies to columns of the landing tables."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from connectors.common.privacy import Hasher, is_role_address
from connectors.hubspot.tables import (
    COMPANIES,
    CONTACT_MERGES,
    CONTACT_STAGES,
    CONTACTS,
    DEAL_STAGES,
    DEALS,
    PIPELINE_STAGES,
)
from connectors.hubspot.wire import (
    Pipelines,
    Record,
    amount,
    flag,
    instant,
)

Records = Sequence[Record]

CONTACT_PROPERTIES = (
    *("createdate", "lastmodifieddate", "email", "phone", "hs_country_region_code", "lifecyclestage"),
    *("hs_analytics_source", "hs_analytics_source_data_1", "hs_analytics_source_data_2"),
    *("hs_latest_source", "hs_latest_source_data_1", "hs_latest_source_data_2", "hs_latest_source_timestamp"),
    "hs_merged_object_ids",
)
COMPANY_PROPERTIES = ("createdate", "hs_lastmodifieddate", "hs_country_code")
DEAL_PROPERTIES = (
    *("createdate", "hs_lastmodifieddate", "pipeline", "dealstage", "amount", "deal_currency_code", "closedate"),
    *("hs_is_closed", "hs_is_closed_won"),
)
# Which of the two details of a source names the campaign (the other is a network, a keyword, a page …).
CAMPAIGN_IN_FIRST = {"PAID_SEARCH", "EMAIL_MARKETING", "OTHER_CAMPAIGNS"}
CAMPAIGN_IN_SECOND = {"PAID_SOCIAL", "SOCIAL_MEDIA"}


def contact_batch(contacts: Records, hasher: Hasher, test_property: str) -> pa.Table:
    """One row per contact; `test_property`: the account's own yes/no property that marks tests."""
    told = [contact.properties for contact in contacts]
    return CONTACTS.batch(
        {
            "contact_id": [contact.id for contact in contacts],
            "email_hash": [hasher.email(item.get("email")) for item in told],
            "phone_hash": [hasher.phone(item.get("phone")) for item in told],
            "is_role_address": [is_role_address(item.get("email")) for item in told],
            "country_code": [item.get("hs_country_region_code") or None for item in told],
            "lifecycle_stage": [item.get("lifecyclestage") or None for item in told],
            "original_source": [item.get("hs_analytics_source") or None for item in told],
            "original_campaign": [
                _campaign(
                    item.get("hs_analytics_source"),
                    item.get("hs_analytics_source_data_1"),
                    item.get("hs_analytics_source_data_2"),
                )
                for item in told
            ],
            "latest_source": [item.get("hs_latest_source") or None for item in told],
            "latest_campaign": [
                _campaign(
                    item.get("hs_latest_source"),
                    item.get("hs_latest_source_data_1"),
                    item.get("hs_latest_source_data_2"),
                )
                for item in told
            ],
            "latest_source_at": [instant(item.get("hs_latest_source_timestamp")) for item in told],
            "is_test": [bool(flag(item.get(test_property))) for item in told],
            "is_archived": [contact.archived for contact in contacts],
            "archived_at": [instant(contact.archived_at) for contact in contacts],
            "created_at": [instant(item.get("createdate")) for item in told],
            "updated_at": [instant(item.get("lastmodifieddate")) for item in told],
        }
    )


def contact_stage_batch(contacts: Records) -> pa.Table:
    """One row per entry; a cleared stage (empty text) is none."""
    return CONTACT_STAGES.rows(
        [
            {"contact_id": owner, "stage": stage, "entered_at": at}
            for owner, stage, at in _entries(contacts, "lifecyclestage")
        ]
    )


def merge_batch(contacts: Records) -> pa.Table:
    """One row per contact that was merged away."""
    winners = {
        loser.strip(): contact.id
        for contact in contacts
        for loser in (contact.properties.get("hs_merged_object_ids") or "").split(";")
        if loser.strip() and loser.strip() != contact.id
    }
    return CONTACT_MERGES.batch({"loser_id": list(winners), "winner_id": list(winners.values())})


def company_batch(companies: Records) -> pa.Table:
    """One row per company."""
    told = [company.properties for company in companies]
    return COMPANIES.batch(
        {
            "company_id": [company.id for company in companies],
            "country_code": [item.get("hs_country_code") or None for item in told],
            "created_at": [instant(item.get("createdate")) for item in told],
            "updated_at": [instant(item.get("hs_lastmodifieddate")) for item in told],
        }
    )


def deal_batch(deals: Records, contacts: Mapping[str, list[str]], companies: Mapping[str, list[str]]) -> pa.Table:
    """One row per deal, with its associated contact and company."""
    told = [deal.properties for deal in deals]
    return DEALS.batch(
        {
            "deal_id": [deal.id for deal in deals],
            "contact_id": [next(iter(contacts.get(deal.id, [])), None) for deal in deals],
            "contact_count": [len(contacts.get(deal.id, [])) for deal in deals],
            "company_id": [next(iter(companies.get(deal.id, [])), None) for deal in deals],
            "pipeline": [item.get("pipeline") or None for item in told],
            "stage": [item.get("dealstage") or None for item in told],
            "amount": [amount(item.get("amount")) for item in told],
            "currency": [item.get("deal_currency_code") or None for item in told],
            "close_date": [instant(item.get("closedate")) for item in told],
            "is_closed": [flag(item.get("hs_is_closed")) for item in told],
            "is_won": [flag(item.get("hs_is_closed_won")) for item in told],
            "created_at": [instant(item.get("createdate")) for item in told],
            "updated_at": [instant(item.get("hs_lastmodifieddate")) for item in told],
        }
    )


def deal_stage_batch(deals: Records) -> pa.Table:
    """One row per entry of a deal into a stage."""
    return DEAL_STAGES.rows(
        [{"deal_id": owner, "stage": stage, "entered_at": at} for owner, stage, at in _entries(deals, "dealstage")]
    )


def pipeline_batch(pipelines: Pipelines) -> pa.Table:
    """One row per stage of a pipeline; the vendor's flags and numbers are texts."""
    return PIPELINE_STAGES.rows(
        [
            {
                "pipeline": pipeline.id,
                "stage": stage.id,
                "label": stage.label,
                "display_order": stage.display_order,
                "is_closed": flag(stage.metadata.is_closed),
                "probability": float(stage.metadata.probability) if stage.metadata.probability else None,
            }
            for pipeline in pipelines.results
            for stage in pipeline.stages
        ]
    )


def _entries(records: Records, name: str) -> list[tuple[str, str, object]]:
    """Record, value and instant of each entry of a property's history, each once."""
    found = {
        (record.id, entry.value, instant(entry.timestamp))
        for record in records
        for entry in record.properties_with_history.get(name, [])
        if entry.value
    }
    return sorted(found, key=repr)


def _campaign(source: str | None, first: str | None, second: str | None) -> str | None:
    if source in CAMPAIGN_IN_FIRST:
        return first or None
    return (second or None) if source in CAMPAIGN_IN_SECOND else None
