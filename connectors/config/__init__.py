"""The company's configuration: settings, key actions, channel rules, goals, fees, rates and manual KPIs."""

from connectors.config.company import Company, read_company
from connectors.config.source import SOURCE, read_config
from connectors.config.yaml_lines import ConfigError

__all__ = ["SOURCE", "Company", "ConfigError", "read_company", "read_config"]
