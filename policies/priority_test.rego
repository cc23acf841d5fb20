package priority_test

import data.priority

table := {
	["critical", "production", "P0"],
	["critical", "staging", "P1"],
	["critical", "development", "P1"],
	["critical", "test", "P1"],
	["critical", "unknown", "P1"],
	["error", "production", "P1"],
	["error", "staging", "P2"],
	["error", "unknown", "P2"],
	["warning", "production", "P2"],
	["warning", "unknown", "P2"],
	["info", "production", "P3"],
	["info", "unknown", "P3"],
	["sev1", "production", "P2"],
	["Critical", "production", "P2"],
	["", "", "P2"],
}

test_every_row if {
	every row in table {
		priority.priority == row[2] with input as {"severity": row[0], "environment": row[1]}
	}
}

test_missing_environment_is_not_production if {
	priority.priority == "P1" with input as {"severity": "critical"}
	priority.priority == "P2" with input as {"severity": "error"}
}

test_nothing_known if {
	priority.priority == "P2" with input as {}
}

test_the_tier_is_moved_by_the_monitor_not_here if {
	every tier in ["", "P0", "P3"] {
		priority.priority == "P1" with input as {"severity": "error", "environment": "production", "tier": tier}
	}
}
