# Labels for an incident, from the annotations of what is broken: `kubernaut.ai/label-team: payments` becomes team=payments.
#
# The monitor takes the prefix away, then drops reserved and protected names (environment, priority, component, signal_type, severity,
# kubernaut.ai/…, system/…) and keeps ten names of 63 characters with five values of 100 each, the first in alphabetical order.
package labels

custom_labels[name] := value if {
	some name, value in input.pod.annotations
	startswith(name, "kubernaut.ai/label-")
}
