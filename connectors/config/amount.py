"""Amounts that a company enters: at most six decimals, as the landing tables keep them."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

Amount = Annotated[Decimal, Field(max_digits=18, decimal_places=6)]
