"""The questions. Nested connections are asked for with small `first`s: the cost of a query is their product."""

MONEY = "{ shopMoney { amount } }"

SHOP = """query {
  shop { id currencyCode ianaTimezone }
  currentAppInstallation { accessScopes { handle } }
}"""

LINE_ITEM = f"""id quantity isGiftCard product {{ id }} variant {{ inventoryItem {{ unitCost {{ amount }} }} }}
  originalUnitPriceSet {MONEY} discountAllocations {{ allocatedAmountSet {MONEY} }}
  taxLines {{ rate priceSet {MONEY} }}"""

_VISIT = "{ occurredAt source utmParameters { source medium campaign } }"

ORDERS = f"""query ($first: Int!, $after: String, $query: String, $sort: OrderSortKeys!) {{
  orders(first: $first, after: $after, query: $query, sortKey: $sort) {{
    edges {{ node {{
      id createdAt updatedAt processedAt cancelledAt test displayFinancialStatus sourceName
      currencyCode presentmentCurrencyCode taxesIncluded
      totalPriceSet {MONEY} totalTaxSet {MONEY} totalDiscountsSet {MONEY}
      totalShippingPriceSet {MONEY} totalRefundedSet {MONEY}
      customer {{ id }} shippingAddress {{ countryCodeV2 }} billingAddress {{ countryCodeV2 }}
      customerJourneySummary {{ ready firstVisit {_VISIT} lastVisit {_VISIT} }}
      lineItems(first: 10) {{ edges {{ node {{ {LINE_ITEM} }} }} pageInfo {{ hasNextPage endCursor }} }}
      refunds(first: 1) {{ id }}
    }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"""

MORE_LINES = f"""query ($id: ID!, $after: String) {{
  node(id: $id) {{ ... on Order {{
    lineItems(first: 100, after: $after) {{ edges {{ node {{ {LINE_ITEM} }} }} pageInfo {{ hasNextPage endCursor }} }}
  }} }}
}}"""

REFUND_LINE = f"id quantity lineItem {{ id }} subtotalSet {MONEY} totalTaxSet {MONEY}"

REFUNDS = f"""query ($ids: [ID!]!, $refunds: Int!) {{
  nodes(ids: $ids) {{ ... on Order {{
    id taxesIncluded
    refunds(first: $refunds) {{
      id createdAt
      refundLineItems(first: 10) {{ edges {{ node {{ {REFUND_LINE} }} }} pageInfo {{ hasNextPage endCursor }} }}
      transactions(first: 10) {{ edges {{ node {{ kind status amountSet {MONEY} }} }} pageInfo {{ hasNextPage }} }}
      refundShippingLines(first: 5) {{
        edges {{ node {{ subtotalAmountSet {MONEY} taxAmountSet {MONEY} }} }} pageInfo {{ hasNextPage }}
      }}
    }}
  }} }}
}}"""

MORE_REFUND_LINES = f"""query ($id: ID!, $after: String) {{
  node(id: $id) {{ ... on Refund {{
    refundLineItems(first: 100, after: $after) {{
      edges {{ node {{ {REFUND_LINE} }} }} pageInfo {{ hasNextPage endCursor }}
    }}
  }} }}
}}"""

CUSTOMERS = """query ($first: Int!, $after: String, $query: String, $sort: CustomerSortKeys!) {
  customers(first: $first, after: $after, query: $query, sortKey: $sort) {
    edges { node {
      id createdAt updatedAt tags
      defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber } defaultAddress { countryCodeV2 }
    } }
    pageInfo { hasNextPage endCursor }
  }
}"""
