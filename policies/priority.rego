# How urgent a finding is: P0 is told as SEV-1, P1 as SEV-2, P2 as SEV-3, P3 as SEV-4.
#
# input.severity     critical (nothing works), error (some of it does not), warning (at risk), info (untidy)
# input.environment  production, staging, test, development, unknown; what environment.rego or environments.yaml said
#
# One chain: the first row that holds decides, so that no input can have two answers. The service's tier (input.tier) moves the result
# afterwards: a P0 service by one step up, P2 and P3 services by one down. Do not do it here as well.
package priority

default priority := "P2"

priority := "P0" if {
	input.severity == "critical"
	input.environment == "production"
} else := "P1" if {
	input.severity == "critical"
} else := "P1" if {
	input.severity == "error"
	input.environment == "production"
} else := "P2" if {
	input.severity == "error"
} else := "P2" if {
	input.severity == "warning"
} else := "P3" if {
	input.severity == "info"
}
