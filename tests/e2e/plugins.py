#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A third party's plugin: built with the installed header and one line of cc, loaded, and
run; and each way in which a plugin may be unfit is refused with one clear line while the
others go on. Prints TAP."""

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

PROGRAM = os.environ.get("TIDEGATE", "./tidegate")
SOURCE = os.environ.get("TG_SOURCE", os.path.join(os.path.dirname(__file__), "../.."))
SECRET = "an end-to-end secret of more than 32 bytes"

# The plugin of the README.
TEN_LINES = """
#include <tidegate/plugin.h>
static void
hello(struct tg_call call, const struct tg_request *request, void *state)
{
	(void)request;
	(void)state;
	tg_reply_ok(call, TG("{\\"hello\\":\\"world\\"}"));
}
static const struct tg_action action = {.size = sizeof(action), .name = "hello", .run = hello};
static int
init(void)
{
	return tg_add_action(&action);
}
TG_PLUGIN("hello", "1.0", init, NULL)
"""

BUILD = ["-shared", "-fPIC"]


def built(folder, name, text, include):
    """One line of cc, as the README shows it."""
    source = os.path.join(folder, name + ".c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(text)
    target = os.path.join(folder, name + ".so")
    subprocess.run([os.environ.get("CC_PLUGIN", "cc"), *BUILD, "-I", include, "-o", target,
                    source], check=True)
    os.unlink(source)
    return target


class Gateway:
    """The program with a folder of plugins, on a free port."""

    def __init__(self, plugins):
        self.lines = []
        config = ("listeners: [{name: l, address: '127.0.0.1:0'}]\napi: {listen: ''}\n"
                  "mounts: [{path: /realtime, dialect: actions}]\nworkers: 1\n")
        self.file = tempfile.NamedTemporaryFile("w", suffix=".yaml")
        self.file.write(config)
        self.file.flush()
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--config", self.file.name, "--set", "plugin_dir=" + plugins],
            stderr=subprocess.PIPE, text=True, env={**os.environ, "TIDEGATE_JWT_SECRET": SECRET})
        for line in self.process.stderr:
            self.lines.append(line.rstrip())
            port = re.search(r" listening: .*port=(\d+)", line)
            if port:
                self.url = f"http://127.0.0.1:{port.group(1)}/realtime/?EIO=4&transport=polling"
                return
        raise RuntimeError("the gateway did not start:\n" + "\n".join(self.lines))

    def stop(self):
        self.process.terminate()
        self.lines += self.process.stderr.read().splitlines()
        status = self.process.wait(60)
        text = "\n".join(self.lines)
        assert status == 0, f"status {status}\n{text}"
        assert "Sanitizer" not in text and "runtime error" not in text, text

    def told_of(self, name):
        return [line for line in self.lines if f'file="{name}"' in line]


def token():
    def part(thing):
        raw = thing if isinstance(thing, bytes) else json.dumps(thing).encode()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    text = part({"alg": "HS256", "typ": "JWT"}) + "." + part({"sub": "u1"})
    return text + "." + part(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest())


def fetch(url, body=None):
    request = urllib.request.Request(url, data=body.encode() if body else None)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def ask(gateway, action):
    """A request by long-polling, packet by packet."""
    sid = json.loads(fetch(gateway.url + "&sessionId=s")[1:])["sid"]
    url = gateway.url + "&sid=" + sid
    fetch(url, "40" + json.dumps({"token": token()}))
    fetch(url)
    fetch(url, "42" + json.dumps(["message", {"type": "REQUEST", "requestId": "r",
                                              "action": action, "data": None}]))
    return json.loads(fetch(url)[2:])[1]


def unfit_plugins(folder, include):
    """Name: (what makes it unfit, what the line must say)."""
    def altered(old, new):
        copy = os.path.join(folder, "altered", "tidegate")
        os.makedirs(copy, exist_ok=True)
        with open(os.path.join(include, "tidegate/plugin.h"), encoding="utf-8") as file:
            text = file.read()
        assert old in text, old
        with open(os.path.join(copy, "plugin.h"), "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
        return os.path.dirname(copy)

    def named(name, text=TEN_LINES):
        return text.replace('"hello", .run', f'"{name}", .run')

    built(folder, "abi", named("abi"), altered("#define TG_ABI 1", "#define TG_ABI 99"))
    built(folder, "newer", named("newer"),
          altered("\tsize_t (*json_quote)", "\tvoid (*later)(void);\n\tsize_t (*json_quote)"))
    shutil.rmtree(os.path.join(folder, "altered"))
    built(folder, "nosymbol", "int nothing;", include)
    built(folder, "noinit", named("noinit").replace("init, NULL)", "NULL, NULL)"), include)
    built(folder, "fails", named("fails").replace("return tg_add_action(&action);",
                                                  "tg_add_action(&action); return -3;"), include)
    built(folder, "schema", named("schema").replace(".run", '.schema = "{\\"type\\":1}", .run'),
          include)
    built(folder, "taken", TEN_LINES, include)
    built(folder, "ignores", TEN_LINES.replace("return tg_add_action(&action);",
                                               "tg_add_action(&action); return 0;"), include)
    os.chmod(built(folder, "writable", named("writable"), include), 0o777)
    with open(os.path.join(folder, "text.so"), "w", encoding="utf-8") as file:
        file.write("not an object\n")
    return {
        "abi.so": "it is built for ABI 99, this is ABI 1",
        "newer.so": "it is built for a newer version of tidegate",
        "nosymbol.so": "it has no symbol tg_plugin",
        "noinit.so": "tg_plugin is incomplete",
        "fails.so": "its init returned -3",
        "schema.so": "schema of action schema: ",
        "taken.so": "action hello is there already",
        "ignores.so": "action hello is there already",
        "writable.so": "is writable by everybody",
        "text.so": "text.so: ",
    }


def main():
    cases = []

    def case(name, passed, told=""):
        cases.append(passed)
        for line in str(told).splitlines() if not passed else []:
            print("#", line)
        print("ok" if passed else "not ok", len(cases), "-", name, flush=True)

    with tempfile.TemporaryDirectory() as place:
        include = os.path.join(place, "include")
        plugins = os.path.join(place, "plugins")
        os.makedirs(os.path.join(include, "tidegate"))
        os.makedirs(plugins)
        shutil.copy(os.path.join(SOURCE, "include/tidegate/plugin.h"),
                    os.path.join(include, "tidegate"))

        BUILD.append("-Werror")
        built(plugins, "a-hello", TEN_LINES, include)
        undefined = subprocess.run(
            ["nm", "-D", "--undefined-only", os.path.join(plugins, "a-hello.so")],
            check=True, capture_output=True, text=True).stdout
        case("a plugin of ten lines is built by one line and needs no symbol of the gateway",
             "tg_" not in undefined, undefined)
        unfit = unfit_plugins(plugins, include)
        gateway = Gateway(plugins)
        try:
            answer = ask(gateway, "hello")
            case("it is loaded and answers beside plugins that were refused",
                 answer == {"type": "RESPONSE", "requestId": "r", "action": "hello",
                            "data": {"hello": "world"}}, answer)
            for name in ("abi", "fails", "schema", "writable"):
                answer = ask(gateway, name)
                case(f"the action of {name}.so is not there",
                     answer.get("error", {}).get("code") == "UNKNOWN_ACTION", answer)
        finally:
            gateway.stop()
        for name, why in unfit.items():
            told = gateway.told_of(name)
            case(f"{name} is refused with one line", len(told) == 1 and why in told[0]
                 and " error " in told[0], "\n".join(gateway.lines))

        os.chmod(plugins, 0o777)
        gateway = Gateway(plugins)
        gateway.stop()
        told = [line for line in gateway.lines if "plugin" in line]
        case("a folder that everybody can write is refused with one line and nothing loaded",
             len(told) == 1 and "is writable by everybody" in told[0], "\n".join(told))
    print(f"1..{len(cases)}")
    return 0 if all(cases) else 1


sys.exit(main())
