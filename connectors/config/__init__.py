"""The company's configuration: settings, key actions, channel rules, goals, fees, rates and manual KPIs."""

from connectors.common.errors import ConfigError
from connectors.config.company import Company, KeyAction, config_folder, read_company
from connectors.config.source import SOURCE, read_config

__all__ = ["SOURCE", "Company", "ConfigError", "KeyAction", "config_folder", "read_company", "read_config"]
