import { expect, test } from 'vitest';
import { decisiveLine } from '../../../src/container-logs/decisive-line.ts';

const ESC = '\u001b';

/** [what it is, the log, the line that is wanted (a part of it that tells it from all others)] */
const LOGS: readonly (readonly [string, string, string])[] = [
  [
    'a Go panic with its goroutine',
    `2026/11/21 10:00:00 listening on :8080
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48f2a5]

goroutine 1 [running]:
main.(*Server).load(0x0, {0xc000012345, 0x5})
	/src/main.go:42 +0x1d
main.main()
	/src/main.go:17 +0x85
exit status 2`,
    'panic: runtime error: invalid memory address or nil pointer dereference',
  ],
  [
    'a Go panic that was recovered and panicked again',
    `panic: open /etc/app/config.yaml: no such file or directory [recovered]
	panic: open /etc/app/config.yaml: no such file or directory

goroutine 7 [running]:
runtime/debug.Stack()
	/usr/local/go/src/runtime/debug/stack.go:24 +0x5e`,
    'panic: open /etc/app/config.yaml: no such file or directory [recovered]',
  ],
  [
    'a Go deadlock',
    `starting workers
fatal error: all goroutines are asleep - deadlock!

goroutine 1 [chan receive]:
main.main()
	/app/main.go:9 +0x36`,
    'fatal error: all goroutines are asleep - deadlock!',
  ],
  [
    "Go's log.Fatal",
    `2026/11/21 10:00:00 connecting to postgres
2026/11/21 10:00:05 dial tcp 10.0.0.5:5432: connect: connection refused`,
    'dial tcp 10.0.0.5:5432: connect: connection refused',
  ],
  [
    'a Python traceback',
    `INFO:root:starting
Traceback (most recent call last):
  File "/app/main.py", line 12, in <module>
    main()
    ^^^^^^
  File "/app/main.py", line 8, in main
    url = os.environ["DATABASE_URL"]
  File "<frozen os>", line 685, in __getitem__
KeyError: 'DATABASE_URL'`,
    "KeyError: 'DATABASE_URL'",
  ],
  [
    'a Python traceback during another',
    `Traceback (most recent call last):
  File "/app/db.py", line 5, in connect
    sock.connect(addr)
ConnectionRefusedError: [Errno 111] Connection refused

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    connect()
sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to server at "db" (10.0.0.5), port 5432 failed
(Background on this error at: https://sqlalche.me/e/20/e3q8)`,
    'sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to server at "db"',
  ],
  [
    'a Python exception without "Error" in its name',
    `Traceback (most recent call last):
  File "manage.py", line 22, in <module>
    main()
django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.`,
    'django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.',
  ],
  [
    'a Python traceback that was logged as a warning and survived',
    `WARNING:app:cache is cold
Traceback (most recent call last):
  File "/app/cache.py", line 3, in warm
    raise TimeoutError("redis")
TimeoutError: redis
ERROR:app:cannot bind 0.0.0.0:80: permission denied`,
    'ERROR:app:cannot bind 0.0.0.0:80: permission denied',
  ],
  [
    'gunicorn',
    `[2026-11-21 10:00:00 +0000] [1] [INFO] Starting gunicorn 23.0.0
[2026-11-21 10:00:00 +0000] [7] [ERROR] Exception in worker process
Traceback (most recent call last):
  File "/usr/lib/python3/site-packages/gunicorn/arbiter.py", line 608, in spawn_worker
    worker.init_process()
ModuleNotFoundError: No module named 'app.settings'
[2026-11-21 10:00:00 +0000] [7] [INFO] Worker exiting (pid: 7)
[2026-11-21 10:00:01 +0000] [1] [ERROR] Shutting down: Master
[2026-11-21 10:00:01 +0000] [1] [ERROR] Reason: Worker failed to boot.`,
    "ModuleNotFoundError: No module named 'app.settings'",
  ],
  [
    'a Java stack with Caused by',
    `2026-11-21T10:00:00.000Z ERROR 1 --- [           main] o.s.boot.SpringApplication               : Application run failed
org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'dataSource'
	at org.springframework.beans.factory.support.AbstractBeanFactory.getBean(AbstractBeanFactory.java:200)
	at java.base/java.lang.Thread.run(Thread.java:1583)
Caused by: org.postgresql.util.PSQLException: Connection to db:5432 refused.
	at org.postgresql.core.v3.ConnectionFactoryImpl.openConnectionImpl(ConnectionFactoryImpl.java:342)
	... 12 more
Caused by: java.net.ConnectException: Connection refused
	at java.base/sun.nio.ch.Net.pollConnect(Native Method)
	... 31 common frames omitted`,
    'Caused by: java.net.ConnectException: Connection refused',
  ],
  [
    'Java without a logger',
    `Exception in thread "main" java.lang.IllegalArgumentException: port out of range:99999
	at java.base/java.net.InetSocketAddress.checkPort(InetSocketAddress.java:152)
	at com.acme.Main.main(Main.java:9)`,
    'Exception in thread "main" java.lang.IllegalArgumentException: port out of range:99999',
  ],
  [
    "Spring's banner",
    `2026-11-21 10:00:00.000  INFO 1 --- [main] c.a.Application : Starting
2026-11-21 10:00:01.000 ERROR 1 --- [main] o.s.b.d.LoggingFailureAnalysisReporter   :

***************************
APPLICATION FAILED TO START
***************************

Description:

Web server failed to start. Port 8080 was already in use.

Action:

Identify and stop the process that's listening on port 8080 or configure this application to listen on another port.`,
    'Web server failed to start. Port 8080 was already in use.',
  ],
  [
    'a heap that is full',
    `10:00:00.123 [main] INFO  com.acme.Main - loading 4,000,000 rows
java.lang.OutOfMemoryError: Java heap space
Dumping heap to /tmp/java_pid1.hprof ...
Heap dump file created [104857600 bytes in 0.512 secs]
Terminating due to java.lang.OutOfMemoryError: Java heap space`,
    'java.lang.OutOfMemoryError: Java heap space',
  ],
  [
    'a Java exception that was only warned of',
    `2026-11-21 10:00:00,000 WARN  [pool-1] c.a.Retry - attempt 1 failed
java.net.SocketTimeoutException: Read timed out
	at java.base/java.net.SocketInputStream.read(SocketInputStream.java:200)
2026-11-21 10:00:01,000 INFO  [pool-1] c.a.Retry - attempt 2 succeeded
2026-11-21 10:00:02,000 ERROR [main] c.a.Main - license file /etc/license is invalid`,
    'license file /etc/license is invalid',
  ],
  [
    'a missing module of Node',
    `node:internal/modules/cjs/loader:1228
  throw err;
  ^

Error: Cannot find module '/app/server.js'
    at Module._resolveFilename (node:internal/modules/cjs/loader:1225:15)
    at node:internal/main/run_main_module:36:49 {
  code: 'MODULE_NOT_FOUND',
  requireStack: []
}

Node.js v26.10.0`,
    "Error: Cannot find module '/app/server.js'",
  ],
  [
    'a rejection that nobody handled in Node',
    `Server listening on 3000
/app/node_modules/pg/lib/client.js:132
          callback(error)
          ^

Error: connect ECONNREFUSED 10.0.0.5:5432
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16) {
  errno: -111,
  code: 'ECONNREFUSED',
  syscall: 'connect',
  address: '10.0.0.5',
  port: 5432
}

Node.js v26.10.0
npm ERR! code ELIFECYCLE
npm ERR! errno 1
npm ERR! app@1.0.0 start: \`node server.js\`
npm ERR! Exit status 1`,
    'Error: connect ECONNREFUSED 10.0.0.5:5432',
  ],
  [
    'a rejection with a reason that is no error',
    `[UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block. The promise rejected with the reason "boom".] {
  code: 'ERR_UNHANDLED_REJECTION'
}`,
    'UnhandledPromiseRejection: This error originated',
  ],
  [
    "V8's heap limit",
    `<--- Last few GCs --->

[1:0x7f]   41231 ms: Mark-Compact 254.1 (258.9) -> 253.9 (259.2) MB, 310.1 / 0.0 ms  (average mu = 0.1) allocation failure

<--- JS stacktrace --->

FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
----- Native stack trace -----
 1: 0xb76dc5 node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]`,
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  ],
  [
    'a Rust panic, whose words stand on the next line',
    `2026-11-21T10:00:00Z  INFO app: starting
thread 'main' panicked at src/main.rs:10:42:
called \`Result::unwrap()\` on an \`Err\` value: Os { code: 2, kind: NotFound, message: "No such file or directory" }
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace`,
    "thread 'main' panicked at src/main.rs:10:42: called `Result::unwrap()` on an `Err` value",
  ],
  [
    '.NET with an inner exception',
    `info: Microsoft.Hosting.Lifetime[0]
      Application started.
Unhandled exception. System.AggregateException: One or more errors occurred.
 ---> System.Net.Sockets.SocketException (111): Connection refused
   at System.Net.Sockets.Socket.Connect(EndPoint remoteEP)
   --- End of inner exception stack trace ---
   at Program.<Main>$(String[] args) in /src/Program.cs:line 5`,
    '---> System.Net.Sockets.SocketException (111): Connection refused',
  ],
  [
    "a failure of .NET's logger, whose words stand on the next line",
    `info: Microsoft.Hosting.Lifetime[14]
      Now listening on: http://[::]:8080
fail: Acme.Startup[6]
      Connection string "Main" is missing
info: Microsoft.Hosting.Lifetime[0]
      Application is shutting down...`,
    'fail: Acme.Startup[6] Connection string "Main" is missing',
  ],
  [
    'Ruby',
    `/usr/local/bundle/gems/pg-1.5.9/lib/pg/connection.rb:709:in \`async_connect_or_reset': could not translate host name "db" to address: Name or service not known (PG::ConnectionBad)
	from /usr/local/bundle/gems/pg-1.5.9/lib/pg/connection.rb:844:in \`connect_to_hosts'
	from /app/config.ru:3:in \`<main>'`,
    'could not translate host name "db" to address: Name or service not known (PG::ConnectionBad)',
  ],
  [
    "Rails' logger",
    `I, [2026-11-21T10:00:00.000000 #1]  INFO -- : Booting
F, [2026-11-21T10:00:01.000000 #1] FATAL -- : ActiveRecord::NoDatabaseError (We could not find your database: shop)
I, [2026-11-21T10:00:02.000000 #1]  INFO -- : bye`,
    'ActiveRecord::NoDatabaseError (We could not find your database: shop)',
  ],
  [
    'PHP',
    `[21-Nov-2026 10:00:00] NOTICE: fpm is running, pid 1
PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused in /var/www/html/index.php:3
Stack trace:
#0 /var/www/html/index.php(3): PDO->__construct()
#1 {main}
  thrown in /var/www/html/index.php on line 3`,
    'PHP Fatal error: Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused',
  ],
  [
    'an nginx configuration',
    `/docker-entrypoint.sh: Configuration complete; ready for start up
2026/11/21 10:00:00 [warn] 1#1: the "user" directive makes sense only if the master process runs with super-user privileges
2026/11/21 10:00:00 [emerg] 1#1: host not found in upstream "backend" in /etc/nginx/conf.d/default.conf:3
nginx: [emerg] host not found in upstream "backend" in /etc/nginx/conf.d/default.conf:3`,
    '[emerg] 1#1: host not found in upstream "backend"',
  ],
  [
    'PostgreSQL',
    `2026-11-21 10:00:00.000 UTC [1] LOG:  starting PostgreSQL 18.1
2026-11-21 10:00:00.010 UTC [1] FATAL:  data directory "/var/lib/postgresql/data" has wrong ownership
2026-11-21 10:00:00.010 UTC [1] HINT:  The server must be started by the user that owns the data directory.
2026-11-21 10:00:00.011 UTC [1] LOG:  database system is shut down`,
    'FATAL: data directory "/var/lib/postgresql/data" has wrong ownership',
  ],
  [
    'Redis',
    `1:C 21 Nov 2026 10:00:00.000 # Redis version=8.2.0, bits=64, commit=00000000, modified=0, pid=1, just started
1:M 21 Nov 2026 10:00:00.100 # Can't handle RDB format version 13
1:M 21 Nov 2026 10:00:00.101 # Fatal error loading the DB, check server logs. Exiting.`,
    "Can't handle RDB format version 13",
  ],
  [
    'MySQL',
    `2026-11-21T10:00:00.000000Z 0 [System] [MY-010116] [Server] /usr/sbin/mysqld (mysqld 9.1.0) starting as process 1
2026-11-21T10:00:00.100000Z 1 [ERROR] [MY-012592] [InnoDB] Operating system error number 13 in a file operation: permission denied
2026-11-21T10:00:00.200000Z 0 [ERROR] [MY-010119] [Server] Aborting`,
    'Operating system error number 13 in a file operation: permission denied',
  ],
  [
    'JSON with level and msg',
    `{"level":"info","ts":1763719200.1,"msg":"starting"}
{"level":"fatal","ts":1763719201.1,"caller":"main.go:40","msg":"cannot load config","error":"yaml: line 3: did not find expected key"}
{"level":"info","ts":1763719201.2,"msg":"bye"}`,
    'cannot load config: yaml: line 3: did not find expected key',
  ],
  [
    'JSON with severity and message',
    `{"severity":"INFO","message":"0 errors so far"}
{"severity":"ERROR","message":"bucket gs://data not found","httpRequest":{"status":404}}
{"severity":"INFO","message":"GET /healthz 200"}`,
    'bucket gs://data not found',
  ],
  [
    "pino's numbers, and an error as an object",
    `{"level":30,"time":1763719200000,"msg":"listening"}
{"level":60,"time":1763719201000,"err":{"type":"TypeError","message":"Cannot read properties of undefined (reading 'id')","stack":"TypeError: …"},"msg":"uncaught"}`,
    "uncaught: TypeError: Cannot read properties of undefined (reading 'id')",
  ],
  [
    'a Java stack in a JSON field',
    String.raw`{"@timestamp":"2026-11-21T10:00:00Z","log.level":"ERROR","message":"startup failed","stack_trace":"java.lang.IllegalStateException: no\n\tat a.B.c(B.java:1)\nCaused by: java.net.UnknownHostException: kafka\n\tat d.E.f(E.java:2)"}`,
    'startup failed: java.net.UnknownHostException: kafka',
  ],
  [
    'logfmt',
    `ts=2026-11-21T10:00:00Z level=info msg="starting" errors=0
ts=2026-11-21T10:00:01Z level=error msg="opening storage failed" err="lock DB directory: resource temporarily unavailable"
ts=2026-11-21T10:00:01Z level=info msg="See you next time!"`,
    'msg="opening storage failed" err="lock DB directory: resource temporarily unavailable"',
  ],
  [
    'klog',
    `I1121 10:00:00.000000       1 main.go:10] starting, error=<nil>
E1121 10:00:01.000000       1 leaderelection.go:436] error retrieving resource lock: leases.coordination.k8s.io "x" is forbidden
I1121 10:00:02.000000       1 main.go:20] stopped`,
    'leases.coordination.k8s.io "x" is forbidden',
  ],
  ['an image of another architecture', 'exec /usr/local/bin/app: exec format error\n', 'exec format error'],
  [
    'an entrypoint that may not be run',
    'waiting for config\n/bin/sh: 1: /entrypoint.sh: Permission denied\n',
    '/bin/sh: 1: /entrypoint.sh: Permission denied',
  ],
  [
    'a child that the kernel killed',
    'importing 4000 rows\n./run.sh: line 3:    12 Killed                  ./import\n',
    'Killed',
  ],
  ['the kernel killed it', 'importing\nKilled\n', 'Killed'],
  [
    'C++',
    `loading model
terminate called after throwing an instance of 'std::runtime_error'
  what():  cannot open model.bin
Aborted (core dumped)`,
    "terminate called after throwing an instance of 'std::runtime_error' cannot open model.bin",
  ],
  ['a segmentation fault', 'starting\nSegmentation fault (core dumped)\n', 'Segmentation fault (core dumped)'],
  ['only INFO lines', 'INFO starting\nINFO connected to db\nINFO ready\n', 'INFO ready'],
  [
    'colours',
    `${ESC}[2m2026-11-21T10:00:00.000Z${ESC}[0m ${ESC}[32m INFO${ESC}[0m ready\n${ESC}[2m2026-11-21T10:00:01.000Z${ESC}[0m ${ESC}[31mERROR${ESC}[0m ${ESC}]8;;http://x${ESC}\\vault is sealed${ESC}]8;;${ESC}\\\n${ESC}[32mINFO${ESC}[0m bye\n`,
    '2026-11-21T10:00:01.000Z ERROR vault is sealed',
  ],
  ['line ends of Windows', 'starting\r\nFATAL: disk is read-only\r\nbye\r\n', 'FATAL: disk is read-only'],
  [
    'a progress bar that rewrites its line',
    'pulling\r 10%\r 50%\r100%\ndownload: connection reset by peer, could not finish\n',
    'could not finish',
  ],
  ['a very long line', `INFO ok\n${'x '.repeat(20_000)}`, 'x x x'],
  ['a complaint in a very long line', `${'a'.repeat(3_000)} fatal: no disk ${'b'.repeat(3_000)}`, 'fatal: no disk'],
  [
    'words that only sound like trouble',
    `could not open cache: permission denied
INFO request done error=nil
INFO batch done, 0 errors, failed=0
INFO failover to replica is enabled, error_log=/var/log/error.log
INFO ErrorHandler registered, on error: retry
INFO no failures`,
    'could not open cache: permission denied',
  ],
  [
    'words that only sound like trouble, and nothing else',
    `retries=3 error=nil
finished with 0 errors
failover is on
loaded error handler from /etc/error.log
done`,
    'done',
  ],
  [
    'health checks after the error',
    `2026-11-21 10:00:00 ERROR cannot reach payment gateway: certificate has expired
${'10.0.0.1 - - [21/Nov/2026:10:00:01 +0000] "GET /healthz HTTP/1.1" 200 2 "-" "kube-probe/1.36"\n'.repeat(300)}`,
    'cannot reach payment gateway: certificate has expired',
  ],
  [
    'an error that was survived long ago',
    `ERROR cache miss storm\n${Array.from({ length: 300 }, (_, at) => `INFO order ${at} shipped`).join('\n')}\nINFO received SIGTERM`,
    'INFO received SIGTERM',
  ],
  [
    'complaints that lead to each other',
    `ERROR dial tcp: lookup redis: no such host
ERROR cannot initialise cache
ERROR startup failed
ERROR shutting down`,
    'ERROR dial tcp: lookup redis: no such host',
  ],
  [
    'Elasticsearch',
    `[2026-11-21T10:00:00,000][INFO ][o.e.n.Node] [es-0] starting ...
[2026-11-21T10:00:01,000][ERROR][o.e.b.Elasticsearch] [es-0] node validation exception
[1] bootstrap checks failed. You must address the points described in the following [1] lines before starting Elasticsearch.
bootstrap check failure [1] of [1]: max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]
[2026-11-21T10:00:01,000][INFO ][o.e.n.Node] [es-0] stopping ...
ERROR: Elasticsearch did not exit normally - check the logs at /usr/share/elasticsearch/logs/elasticsearch.log`,
    'vm.max_map_count [65530] is too low',
  ],
  [
    'MongoDB',
    `{"t":{"$date":"2026-11-21T10:00:00.000+00:00"},"s":"I","c":"CONTROL","msg":"Automatically disabling TLS 1.0"}
{"t":{"$date":"2026-11-21T10:00:00.000+00:00"},"s":"E","c":"NETWORK","msg":"Failed to unlink socket file","attr":{"path":"/tmp/mongodb-27017.sock","error":"Operation not permitted"}}
{"t":{"$date":"2026-11-21T10:00:00.000+00:00"},"s":"F","c":"-","msg":"Fatal assertion","attr":{"msgid":40486}}
{"t":{"$date":"2026-11-21T10:00:00.000+00:00"},"s":"F","c":"-","msg":"***aborting after fassert() failure"}`,
    'Failed to unlink socket file: Operation not permitted',
  ],
  [
    'RabbitMQ',
    `2026-11-21 10:00:00.000 [notice] <0.44.0> Logging: switching to configured handler(s)
2026-11-21 10:00:01.000 [error] <0.230.0> Failed to start Ranch listener on port 5672 for reason eaddrinuse (address already in use)
BOOT FAILED
===========
Exception during startup:`,
    'for reason eaddrinuse (address already in use)',
  ],
  [
    "what ASP.NET's host says when it cannot start",
    `crit: Microsoft.AspNetCore.Hosting.Diagnostics[6]
      Application startup exception
      System.InvalidOperationException: Unable to resolve service for type 'IFoo'
         at Microsoft.Extensions.DependencyInjection.ActivatorUtilities.Create()`,
    "System.InvalidOperationException: Unable to resolve service for type 'IFoo'",
  ],
  [
    'an option that the program does not know',
    `Error: unknown flag: --foo
Usage:
  app [flags]

Flags:
      --error-level string  what to log (default "error")`,
    'Error: unknown flag: --foo',
  ],
  [
    'an init that cannot begin',
    '[FATAL tini (7)] exec ./start.sh failed: No such file or directory\n',
    '[FATAL tini (7)]',
  ],
  [
    'a script that traces its commands',
    "+ curl -sf http://vault:8200\ncurl: (7) Failed to connect to vault port 8200 after 3 ms: Couldn't connect to server\n",
    'curl: (7) Failed to connect to vault port 8200',
  ],
  [
    'an exit that only follows',
    `error: failed to parse /etc/app.toml: missing field \`listen\` at line 3
error: process exited with code 1
make: *** [Makefile:3: run] Error 1`,
    'error: failed to parse /etc/app.toml: missing field `listen` at line 3',
  ],
  [
    'a migration of a Job',
    `Running migrations…
psql:001.sql:3: ERROR:  relation "users" already exists
exit status 3`,
    'relation "users" already exists',
  ],
  [
    'a missing variable in a shell script',
    '+ exec ./start\n./start: line 4: DATABASE_URL: parameter not set\n',
    './start: line 4: DATABASE_URL: parameter not set',
  ],
  [
    'Elixir',
    '** (RuntimeError) environment variable SECRET_KEY_BASE is missing.\n    /app/releases/1.0/runtime.exs:10: (file)\n',
    'environment variable SECRET_KEY_BASE is missing.',
  ],
  [
    'a control plane component',
    'I1121 10:00:00.000000 1 a.go:1] ok\nF1121 10:00:00.000000 1 server.go:9] "command failed" err="unable to load kubeconfig: stat /etc/kube: no such file or directory"\ngoroutine 1 [running]:\n',
    'unable to load kubeconfig',
  ],
];

test.each(LOGS)('%s', (_, log, wanted) => {
  const line = decisiveLine(log) ?? '';

  expect(line).toContain(wanted);
  expect(line.length).toBeLessThanOrEqual(500);
  expect(line).not.toMatch(/\p{Cc}/u);
});

test.each([
  ['nothing', ''],
  ['empty lines', '\n \n\r\n'],
  ['bytes', `\u0000\u0001\uFFFD\uFFFD${'\uFFFD\u0002'.repeat(400)}\n`],
])('%s says nothing', (_, log) => {
  expect(decisiveLine(log)).toBeUndefined();
});

test('a log of a megabyte costs milliseconds, whatever stands in it', () => {
  const hostile = [
    'a'.repeat(1_048_576),
    'at a.b(c '.repeat(100_000),
    '"GET /'.repeat(170_000),
    ":1:in `a': ".repeat(95_000),
    '{"a":'.repeat(200_000),
    '\n'.repeat(1_048_576),
    'Error.'.repeat(170_000),
    `${'[a] '.repeat(4_000)}\n`.repeat(60),
    `${' ---> Error: '.repeat(1_300)}\n`.repeat(60),
    `${'0 errors failed=0 '.repeat(900)}\n`.repeat(60),
    `${'='.repeat(16_000)}x\n`.repeat(60),
  ];

  for (const log of hostile) {
    const before = performance.now();
    decisiveLine(log);
    expect(performance.now() - before).toBeLessThan(500);
  }
});
