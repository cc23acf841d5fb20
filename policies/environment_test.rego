package environment_test

import data.environment

says(name, labels) := value if {
	value := environment.environment with input as {"namespace": {"name": name, "labels": labels}}
}

test_the_label_wins if {
	every value in ["production", "staging", "test", "development"] {
		says("prod-shop", {"environment": value}) == value
	}
}

test_the_label_in_any_case if {
	says("shop", {"environment": " Production "}) == "production"
}

test_a_label_that_names_no_environment_says_nothing if {
	says("staging-shop", {"environment": "uat"}) == "staging"
	says("shop", {"environment": "uat"}) == "unknown"
	says("shop", {"environment": ""}) == "unknown"
	says("shop", {"environment": "unknown"}) == "unknown"
}

test_the_beginning_of_the_name if {
	says("prod-shop", {}) == "production"
	says("staging-shop", {}) == "staging"
	says("dev-shop", {}) == "development"
}

test_only_the_beginning if {
	says("reproduction-x", {}) == "unknown"
	says("production", {}) == "unknown"
	says("my-prod-shop", {}) == "unknown"
}

test_without_labels_or_namespace if {
	environment.environment == "production" with input as {"namespace": {"name": "prod-shop"}}
	environment.environment == "unknown" with input as {"namespace": {}}
	environment.environment == "unknown" with input as {}
}

test_labels_of_the_workload_say_nothing if {
	environment.environment == "unknown" with input as {
		"namespace": {"name": "shop", "labels": {}},
		"pod": {"labels": {"environment": "production"}, "annotations": {"environment": "production"}},
	}
}
