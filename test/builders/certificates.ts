/** Certificates that sign themselves and vouch for nothing; their keys are thrown away. */
export const certificates = {
  until2020: {
    expiresAtMs: Date.parse('2020-01-01T12:00:00Z'),
    pem: `-----BEGIN CERTIFICATE-----
MIIBAzCBqgIBATAKBggqhkjOPQQDAjAOMQwwCgYDVQQDDANvbGQwHhcNMTAwMTAx
MDAwMDAwWhcNMjAwMTAxMTIwMDAwWjAOMQwwCgYDVQQDDANvbGQwWTATBgcqhkjO
PQIBBggqhkjOPQMBBwNCAASTkIU4KKvepIh3/RUYc07nhOxaEOUkIwZMsiN9Qf66
61Qi7RyRiFywjcC8zWPdlMzD4720RHwIi+wAkmCNbvTUMAoGCCqGSM49BAMCA0gA
MEUCIQDMfYBcPz0ptlwz/3uvir2wUobVU0zo5ilzWmY1ZE0T/QIgOzW99W6jwLkq
JSQtjBho7RM3EWrwlOsrIhZyefmx56o=
-----END CERTIFICATE-----
`,
  },
  until2030: {
    expiresAtMs: Date.parse('2030-01-01T12:00:00Z'),
    pem: `-----BEGIN CERTIFICATE-----
MIIBAzCBqgIBATAKBggqhkjOPQQDAjAOMQwwCgYDVQQDDANuZXcwHhcNMjAwMTAx
MDAwMDAwWhcNMzAwMTAxMTIwMDAwWjAOMQwwCgYDVQQDDANuZXcwWTATBgcqhkjO
PQIBBggqhkjOPQMBBwNCAAQCty582wBJ4VCU/zoI+S+r7PSHvHyszbmPesnj//dP
v4kWOBp525CFj9TKUjwAj7nNe8yhn/cfjsAQDuQXoDU1MAoGCCqGSM49BAMCA0gA
MEUCIDQzGucopQydTkYKYe3mCh/fUIy8txFs1yHbITPxKsdDAiEAw606zmZtKCjb
VcPPYd6cziI/Pb8Njy3esP/wVJSl9Jc=
-----END CERTIFICATE-----
`,
  },
  until9999: {
    expiresAtMs: Date.parse('9999-12-31T23:59:59Z'),
    pem: `-----BEGIN CERTIFICATE-----
MIIBBTCBrAIBATAKBggqhkjOPQQDAjAOMQwwCgYDVQQDDANmYXIwIBcNMjAwMTAx
MDAwMDAwWhgPOTk5OTEyMzEyMzU5NTlaMA4xDDAKBgNVBAMMA2ZhcjBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABN5EIF9aFH8byzk36ga4h6Rrrcp0SfHNlDBwtER7
NiwNRccwe2nht4k0jIgHO+NyU/o2VgjsYoXLYW79gY8K2W0wCgYIKoZIzj0EAwID
SAAwRQIhAMeZ1yKlZvT5UHL4p2Kj5nAsVTCP2pvJzmFOnVHednI+AiA8AoaFrfXt
zSnQi/l/fdP67Wp40JRa5kANBXpwRxNQMA==
-----END CERTIFICATE-----
`,
  },
} as const;

/** As the API's JSON has bytes. */
export function base64(...pems: readonly string[]): string {
  return Buffer.from(pems.join('')).toString('base64');
}
