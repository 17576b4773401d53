# SPDX-License-Identifier: GPL-3.0-or-later
"""A backend in 30 lines: answers the action "greet", which the http plugin forwards to it, and
publishes through the server API. PORT, TIDEGATE_API, TIDEGATE_API_KEY, BACKEND_SECRET."""
import hmac, json, os, re, time, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

API = os.environ.get("TIDEGATE_API", "http://127.0.0.1:8001")
KEY = os.environ["TIDEGATE_API_KEY"]
SECRET = os.environ["BACKEND_SECRET"].encode()

def is_signed(header, body):
    parts = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", header or "")
    if not parts or abs(time.time() - int(parts[1])) > 300:
        return False
    wanted = hmac.new(SECRET, parts[1].encode() + b"." + body, "sha256").hexdigest()
    return hmac.compare_digest(wanted, parts[2])

def publish(**message):
    urllib.request.urlopen(urllib.request.Request(f"{API}/api/v1/publish",
        json.dumps(message).encode(), {"Authorization": f"Bearer {KEY}"})).close()

def greet(data, user, **_):
    publish(event="greeted", data={"name": data["name"]}, users=[user["id"]])
    return 200, {"text": f"Hello {data['name']}, says {user['username']}"}

class Backend(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        run = {"/actions/greet": greet}.get(self.path)
        if not is_signed(self.headers["X-Tidegate-Signature"], body):
            status, answer = 401, {"code": "FORBIDDEN", "message": "bad signature"}
        elif run is None:
            status, answer = 404, {"code": "UNKNOWN_ACTION", "message": "no such action"}
        else:
            status, answer = run(**json.loads(body))
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Backend)
print(f"listening on {server.server_port}", flush=True)
server.serve_forever()
