/*
 * hostile_requests.h - requests a server on the open network meets, each with the statuses that are
 * right.
 *
 * 0 among the statuses: closing the connection without a reply is right too. Paths are those every
 * server of ours has. Each is sent on a connection of its own; GET /healthz must answer 200
 * afterwards.
 */
#ifndef XH_HOSTILE_REQUESTS_H
#define XH_HOSTILE_REQUESTS_H

#include <stddef.h>

enum { HOSTILE_STATUSES = 3 };

struct hostile {
    const char *name;
    const char *bytes;
    size_t n;
    int status[HOSTILE_STATUSES]; /* ended by -1 where fewer */
};

#define HOSTILE(name, bytes, ...)                                                                  \
    {                                                                                              \
        name, bytes, sizeof(bytes) - 1,                                                            \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define HOST_LINE "Host: localhost\r\nConnection: close\r\n"

static const struct hostile hostile_requests[] = {
    /* what must work */
    HOSTILE("plain", "GET /healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 200, -1),
    HOSTILE("HEAD", "HEAD /healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 200, -1),
    HOSTILE("HTTP/1.0 without Host", "GET /healthz HTTP/1.0\r\n\r\n", 200, -1),
    HOSTILE("OPTIONS", "OPTIONS /healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 204, -1),
    HOSTILE("v6 Host", "GET /healthz HTTP/1.1\r\nHost: [::1]:8330\r\nConnection: close\r\n\r\n",
            200, -1),
    HOSTILE("unknown header", "GET /healthz HTTP/1.1\r\n" HOST_LINE "X-Odd: \xe5\xad\x97\r\n\r\n",
            200, -1),
    /* Host */
    HOSTILE("no Host", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", 400, -1),
    HOSTILE("two Hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("two equal Hosts", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n" HOST_LINE "\r\n", 400,
            -1),
    HOSTILE("empty Host", "GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", 400, -1),
    HOSTILE("Host with path", "GET /healthz HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n",
            400, -1),
    HOSTILE("Host with user", "GET /healthz HTTP/1.1\r\nHost: a@b\r\nConnection: close\r\n\r\n",
            400, -1),
    HOSTILE("Host with bad port",
            "GET /healthz HTTP/1.1\r\nHost: a:99999\r\nConnection: close\r\n\r\n", 400, -1),
    HOSTILE("Host with space", "GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
            400, -1),
    /* where the body ends */
    HOSTILE("length and chunks",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400, -1),
    HOSTILE("chunks and length",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE
            "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
            400, -1),
    HOSTILE("two lengths",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE
            "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            400, -1),
    HOSTILE("two equal lengths",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE
            "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
            400, -1),
    HOSTILE("length list",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE "Content-Length: 4, 4\r\n\r\nabcd", 400, -1),
    HOSTILE("length with plus",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE "Content-Length: +4\r\n\r\nabcd", 400, -1),
    HOSTILE("negative length", "POST /healthz HTTP/1.1\r\n" HOST_LINE "Content-Length: -1\r\n\r\n",
            400, -1),
    HOSTILE("hex length", "POST /healthz HTTP/1.1\r\n" HOST_LINE "Content-Length: 0x4\r\n\r\nabcd",
            400, -1),
    HOSTILE("empty length", "POST /healthz HTTP/1.1\r\n" HOST_LINE "Content-Length:\r\n\r\n", 400,
            -1),
    HOSTILE("length beyond 64 bits",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE "Content-Length: 99999999999999999999\r\n\r\n",
            400, 413, -1),
    HOSTILE("huge length",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE "Content-Length: 999999999999999999\r\n\r\n",
            405, 413, -1),
    HOSTILE("unknown coding",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE "Transfer-Encoding: gzip\r\n\r\n", 400, 501, -1),
    HOSTILE("identity coding",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE "Transfer-Encoding: identity\r\n\r\n", 400, 501,
            -1),
    HOSTILE("gzip, chunked",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE
            "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            400, 501, -1),
    HOSTILE("chunked twice",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400, -1),
    HOSTILE("vertical tab before chunked",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE "Transfer-Encoding: \x0b"
            "chunked\r\n\r\n0\r\n\r\n",
            400, -1),
    HOSTILE("chunks in HTTP/1.0",
            "POST /healthz HTTP/1.0\r\n" HOST_LINE "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400, -1),
    HOSTILE("bad chunk size",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE "Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
            400, 405, 0),
    /* header syntax */
    HOSTILE("space before colon", "GET /healthz HTTP/1.1\r\n" HOST_LINE "X-A : b\r\n\r\n", 400, -1),
    HOSTILE("space before Host's colon",
            "GET /healthz HTTP/1.1\r\nHost : localhost\r\nConnection: close\r\n\r\n", 400, -1),
    HOSTILE("name with bracket", "GET /healthz HTTP/1.1\r\n" HOST_LINE "X(A): b\r\n\r\n", 400, -1),
    HOSTILE("line without colon", "GET /healthz HTTP/1.1\r\n" HOST_LINE "nonsense\r\n\r\n", 400, 0,
            -1),
    HOSTILE("bare CR in value", "GET /healthz HTTP/1.1\r\n" HOST_LINE "X-A: b\rc\r\n\r\n", 400, 0,
            -1),
    HOSTILE("control in value",
            "GET /healthz HTTP/1.1\r\n" HOST_LINE "X-A: b\x01"
            "c\r\n\r\n",
            400, -1),
    HOSTILE("DEL in value",
            "GET /healthz HTTP/1.1\r\n" HOST_LINE "X-A: b\x7f"
            "c\r\n\r\n",
            400, -1),
    HOSTILE("value not UTF-8", "GET /healthz HTTP/1.1\r\n" HOST_LINE "X-A: \xff\xfe\r\n\r\n", 400,
            -1),
    HOSTILE("folded first header", "GET /healthz HTTP/1.1\r\n X-A: b\r\n" HOST_LINE "\r\n", 400, 0,
            -1),
    HOSTILE("two Authorizations",
            "GET /healthz HTTP/1.1\r\n" HOST_LINE "Authorization: a\r\nAuthorization: b\r\n\r\n",
            400, -1),
    HOSTILE("unknown expectation",
            "POST /healthz HTTP/1.1\r\n" HOST_LINE "Expect: tea\r\nContent-Length: 0\r\n\r\n", 417,
            -1),
    /* method and version */
    HOSTILE("unknown method", "BREW /healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 501, -1),
    HOSTILE("lower-case method", "get /healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 501, -1),
    HOSTILE("method with bracket", "G(ET /healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 400, 501, -1),
    HOSTILE("TRACE", "TRACE /healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 405, -1),
    HOSTILE("CONNECT", "CONNECT localhost:80 HTTP/1.1\r\n" HOST_LINE "\r\n", 400, 405, -1),
    HOSTILE("wrong method", "DELETE /healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 405, -1),
    HOSTILE("HTTP/3.9", "GET /healthz HTTP/3.9\r\n" HOST_LINE "\r\n", 505, 400, -1),
    HOSTILE("not HTTP", "GET /healthz FTP/1.1\r\n" HOST_LINE "\r\n", 400, 505, 0),
    HOSTILE("no version", "GET /healthz\r\n" HOST_LINE "\r\n", 400, 505, 0),
    HOSTILE("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, 501, 400),
    /* target */
    HOSTILE("absolute form", "GET http://localhost/healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("space in target", "GET /health z HTTP/1.1\r\n" HOST_LINE "\r\n", 400, 0, -1),
    HOSTILE("tab in target", "GET /health\tz HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("fragment", "GET /healthz#a HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("no slash", "GET healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("dot dot", "GET /m/../../etc/passwd HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("escaped dot dot", "GET /m/%2e%2e/%2E%2e/etc/passwd HTTP/1.1\r\n" HOST_LINE "\r\n", 400,
            -1),
    HOSTILE("one dot", "GET /./healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("escaped slash", "GET /m%2fhealthz HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("backslash", "GET /m\\..\\healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("double slash", "GET //healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("escaped NUL", "GET /healthz%00 HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("escaped NUL in query", "GET /healthz?a=%00 HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("damaged escape", "GET /health%zz HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("cut escape", "GET /healthz% HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("cut escape in query", "GET /healthz?a=%4 HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("not UTF-8", "GET /%ff%fe HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("overlong UTF-8", "GET /%c0%af HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("surrogate", "GET /%ed%a0%80 HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("escaped line end", "GET /a%0d%0aSet-Cookie:b HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("unknown parameter", "GET /healthz?odd=1 HTTP/1.1\r\n" HOST_LINE "\r\n", 400, -1),
    HOSTILE("double parameter", "GET /healthz?lang=zh&lang=en HTTP/1.1\r\n" HOST_LINE "\r\n", 400,
            -1),
    /* nonsense */
    HOSTILE("binary", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, 505, 0),
    HOSTILE("empty lines", "\r\n\r\n\r\nGET /healthz HTTP/1.1\r\n" HOST_LINE "\r\n", 200, 400, 0),
};

enum { HOSTILE_REQUESTS = sizeof hostile_requests / sizeof *hostile_requests };

#endif
