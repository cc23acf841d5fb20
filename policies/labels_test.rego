package labels_test

import data.labels

says(annotations) := value if {
	value := labels.custom_labels with input as {"pod": {"annotations": annotations}}
}

test_annotations_with_the_prefix if {
	says({
		"kubernaut.ai/label-team": "payments",
		"kubernaut.ai/label-tier": "gold",
		"kubernaut.ai/team": "not a label",
		"team": "not ours",
	}) == {"kubernaut.ai/label-team": "payments", "kubernaut.ai/label-tier": "gold"}
}

test_nothing_to_say_is_an_empty_object if {
	says({}) == {}
	labels.custom_labels == {} with input as {}
	labels.custom_labels == {} with input as {"pod": {}}
}
