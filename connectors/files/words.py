"""By which words people name the columns of their files."""

import re

# Beside the column's own name.
SYNONYMS = {
    "date": "day datum dag",
    "campaign_name": "campaign kampanj",
    "campaign_id": "campaignid campaign",
    "spend_amount": "spend cost spent kostnad amount_spent",
    "clicks": "link_clicks klick",
    "clicks_all": "all_clicks",
    "impressions": "visningar imps",
    "platform_orders": "conversions purchases",
    "platform": "channel source network",
    "order_id": "order invoice invoice_no order_number order_no ordernummer ordernr",
    "order_line_id": "line_id row_id item_id",
    "customer_id": "customer client kund kundnummer",
    "created_at": "created order_date invoice_date timestamp skapad orderdatum",
    "quantity": "qty antal",
    "gross_amount": "amount price sales revenue total belopp pris summa",
    "email_hash": "email e_mail mail epost e_post",
    "phone_hash": "phone telephone telefon mobile",
    "score": "nps rating answer betyg",
    "answered_at": "submitted answered answer_date timestamp",
    "answer_id": "response response_id",
    "review_id": "review",
    "contact_id": "lead lead_id contact",
    "original_source": "origin lead_source source",
    "period_start": "week month quarter vecka manad kvartal",
    "value": "amount",
    "amount": "cost sum belopp",
    "country": "land country_code",
    "sessions": "visits besok",
    "likes": "like",
    "comments": "comment",
    "shares": "share",
    "reach": "rackvidd",
    "published_at": "published post_date",
    "emails_sent": "sent recipients skickade",
    "unique_opens": "opens opened",
    "unique_clicks": "clicks clicked",
    "currency": "valuta",
}


def plain(name: str) -> str:
    """`Order ID`, `orderId` and `ORDER-ID` are one name."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower().translate(str.maketrans("åäöéü", "aaoeu"))).strip("_")
