"""The sources of the matrix: every vendor of the sandbox, and the files that no vendor tells."""

from sandbox.vendors import vendor_classes

VENDORS = (*sorted(vendor_classes()), "files")
