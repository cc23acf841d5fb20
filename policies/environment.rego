# Which environment a namespace belongs to: its label `environment`, else the beginning of its name. Where this says "unknown",
# environments.yaml is asked; what that does not know either counts as non-production.
#
# Labels of namespaces are guarded by RBAC. Labels of workloads and alerts are not: never decide by them.
package environment

default environment := "unknown"

environment := value if {
	value := lower(trim_space(input.namespace.labels.environment))
	value in {"production", "staging", "test", "development"}
} else := "production" if {
	startswith(input.namespace.name, "prod-")
} else := "staging" if {
	startswith(input.namespace.name, "staging-")
} else := "development" if {
	startswith(input.namespace.name, "dev-")
}
