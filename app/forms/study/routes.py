"""The routes of a study and other conditions that several pages ask. Source: spec/domain.md §2.0."""

from __future__ import annotations

from app.forms.conditions import Is

ROUTE = "cat.research_classification_level_2"
"""The class of a study, second level: its answer is the route."""

REG_DRUG = Is(ROUTE, "REG-DRUG")
REG_DEV = Is(ROUTE, "REG-DEV")
REG_IVD = Is(ROUTE, "REG-IVD")
IIT_INT = Is(ROUTE, "IIT-INT")
IIT_OBS = Is(ROUTE, "IIT-OBS")
DRUG_OR_DEVICE = Is(ROUTE, "REG-DRUG", "REG-DEV")
PRODUCT = Is(ROUTE, "REG-DRUG", "REG-DEV", "REG-IVD")
REGISTRATION = Is(ROUTE, "REG-DRUG", "REG-DEV", "REG-IVD", "REG-FSMP")
TRIAL = Is(ROUTE, "REG-DRUG", "REG-DEV", "REG-FSMP", "IIT-INT")
RECRUITS = TRIAL
"""Routes that show the page 招募信息."""

CLASSED = REG_DRUG | (REG_DEV & Is("cat.research_classification_level_3", "2", "3"))
"""Where the paper of the drug authority is needed (V-25)."""

CELLS = Is("cat.gcp_cell_product_attribute", "stem_cell", "somatic_cell")
CHICTR = Is("basic.sync_platform", "chictr")
DIAGNOSTIC = Is(ROUTE, "REG-IVD") | Is("cat.diagnostic_trial", "yes")
COHORT = Is("design.study_design", "cohort")
