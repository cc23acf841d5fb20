/** What is read of a mounted directory; definitions, policies and settings are few and small, and what is beyond this is not ours. */
export const MOUNT_LIMITS = { maxFiles: 1_000, maxFileBytes: 1024 * 1024 } as const;
