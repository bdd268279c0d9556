"""Every sample body of the vendors' pages is served by a test, or no connector asks for it, and here is why."""

import ast
from fnmatch import fnmatch
from pathlib import Path

import pytest

# The folder of the samples, and the tests that serve them.
SERVED_BY = {
    "ga4": ("test_google_analytics_samples.py",),
    "google_ads": ("test_google_ads_samples.py",),
    "meta": ("test_meta_ads_samples.py", "test_meta_organic_samples.py"),
    "mailchimp": ("test_mailchimp_samples.py",),
    "hubspot": ("test_hubspot_samples.py",),
    "shopify": ("test_shopify_samples.py",),
    "typeform": ("test_typeform.py",),
}
NO_BODY = {"_http": "tells by which requests the bodies come, and is none itself"}
NOT_ASKED_FOR: dict[str, dict[str, str]] = {
    "ga4": {"bq_events_*": "rows of the export to BigQuery: the connector reads the Data API"},
    "google_ads": {"list_accessible_customers": "the accounts are named in the settings"},
    "meta": {"token_exchange_ok": "the token of a system user is given in the settings: none is exchanged"},
    "mailchimp": {
        "oauth_metadata*": "an API key names its data centre: there is no OAuth",
        "open_details": "the connector takes opens by person from email-activity, where clicks stand as well",
        "click_details": "the connector takes clicks by person from email-activity, where opens stand as well",
        "list_activity": "no KPI reads a list by day, and the vendor keeps 180 days of it",
    },
    "hubspot": {
        "campaign_*": "budgets and revenue that people enter in campaigns: costs come from ad platforms and files",
        "email_statistics_*": "marketing e-mail of HubSpot is not loaded",
        "marketing_emails_*": "marketing e-mail of HubSpot is not loaded",
        "forms": "leads are contacts by their lifecycle stage: forms are not loaded",
        "form_submissions_*": "leads are contacts by their lifecycle stage: forms are not loaded",
        "owners": "no KPI is by seller",
        "properties_contacts": "properties are asked for by name, and one that is missing comes back as null",
    },
    "shopify": {
        "rest_*": "the REST API is legacy: all is asked for by GraphQL",
        "bulk_*": "a bulk query cannot hold the lines of refunds",
    },
    "typeform": {"forms": "forms are named in the company's file of fields"},
}


def named(files: tuple[str, ...]) -> set[str]:
    """Every text in the code of tests, without the ending of a file name."""
    trees = [ast.parse((Path(__file__).with_name(file)).read_text("utf-8")) for file in files]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {node.value.removesuffix(".json") for node in nodes if isinstance(node.value, str)}


@pytest.mark.parametrize("vendor", SERVED_BY)
def test_every_sample_is_served_by_a_test_or_not_asked_for(vendor: str, shared: Path) -> None:
    samples = {path.stem for path in (shared / "vendors" / "samples" / vendor).iterdir()}
    served = samples & named(SERVED_BY[vendor])
    patterns = {**NO_BODY, **NOT_ASKED_FOR[vendor]}
    left_out = {sample for sample in samples if any(fnmatch(sample, pattern) for pattern in patterns)}
    assert samples - served - left_out == set(), "no test serves these"
    assert served & left_out == set(), "a test serves what is said not to be asked for"
    idle = [pattern for pattern in NOT_ASKED_FOR[vendor] if not any(fnmatch(sample, pattern) for sample in samples)]
    assert idle == [], "no sample is called so"
