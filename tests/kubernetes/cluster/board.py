"""A client of the API, through the ingress with TLS."""
import base64
import http.client
import json
import socket
import ssl
import uuid

HOST = "api.natter.local"
PASSWORD = "correct horse battery"


class Board:
    def __init__(self, address, ca):
        self.address = address
        self.tls = ssl.create_default_context(cafile=str(ca))
        self.token = None

    def call(self, method, path, body=None, headers=None):
        """(status, body) of one request on a connection of its own; the errors of the connection are raised. The ingress
        controller's own answers are text."""
        raw = socket.create_connection((self.address, 443), timeout=20)
        connection = http.client.HTTPSConnection(HOST)
        connection.sock = self.tls.wrap_socket(raw, server_hostname=HOST)
        try:
            headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **(headers or {})}
            content = None if body is None else json.dumps(body)
            if content is not None:
                headers["Content-Type"] = "application/json"
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            text = answer.read()
            is_json = "json" in (answer.getheader("Content-Type") or "")
            return answer.status, json.loads(text) if is_json else text.decode()
        finally:
            connection.close()

    def join(self, user):
        """Logs in as an account that is made if it is not there."""
        self.call("POST", "/users", {"username": user, "password": PASSWORD})
        status, answer = self.log_in(user)
        assert status == 201, answer
        return self

    def log_in(self, user):
        """Goes on with a new session; (status, body) of the attempt."""
        basic = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
        status, answer = self.call("POST", "/sessions", headers=headers)
        if status == 201:
            self.token = answer["token"]
        return status, answer

    def space(self, user):
        status, answer = self.call("POST", "/spaces", {"name": f"test-{uuid.uuid4().hex}", "owner": user})
        assert status == 201, answer
        return answer["messages-rwd"]
