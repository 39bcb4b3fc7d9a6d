"""Places that no rule was written for one by one: what people paste into a chat, in all its forms."""

# ruff: noqa: E501

from __future__ import annotations

import json
from typing import Any

import pytest

from afs.redaction import Redactor
from afs.redaction.walk import text_redacted, value_redacted

S = "q7Rk2vX9mZt4Lw8Bd5Yn"
G = "ghp_Zx81kQ0v7Jt2LmN4bWc6RyTs9UaE3DfG5hKp"
P = "zQ8!kx2#Wm"
L = "wJalrXUtnFEMIK7MDENGbPxRfiCYq7Rk2vX9mZt4"
H = "3f9a1c7e5b2d4086af13ce97d05b8e21"

PLACES = [
    ("spring: datasource: password: " + P, P),
    ("spring.datasource.password=" + P, P),
    (f'  password: "{P}"', P),
    (f'password := "{P}"', P),
    (f'conn = psycopg2.connect("host=x dbname=y user=z password={P}")', P),
    (f"Server=x;User Id=sa;Password={P};", P),
    (f"jdbc:mysql://h/db?user=a&password={P}", P),
    (f"mongodb+srv://svc:{'zQ8kx2Wm'}@cluster0.ab1cd.mongodb.net/x", "zQ8kx2Wm"),
    (f"redis://:{S}@cache:6379/0", S),
    (f"amqps://u:{S}@h/v", S),
    (f"git clone https://oauth2:{S}@gitlab.x.test/a.git", S),
    (f"git remote set-url origin https://{G}@github.com/a/b", G),
    (f"headers = {{'Authorization': 'Bearer {S}'}}", S),
    (f'headers={{"X-Auth-Token": "{S}"}}', S),
    (f'req.Header.Set("Authorization", "Bearer {S}")', S),
    (f'req.Header.Set("X-Api-Key", "{S}")', S),
    (f'-H "PRIVATE-TOKEN: {S}"', S),
    (f"xhr.setRequestHeader('x-api-key', '{S}')", S),
    (f"authorization: {S}", S),
    ("Proxy-Authorization: Basic dXNlcjpzM2NyM3RwYXNz", "dXNlcjpzM2"),
    (f"OPENAI_API_KEY='{S}' python x.py", S),
    (f"set OPENAI_API_KEY={S}", S),
    (f"$Env:OPENAI_API_KEY='{S}'", S),
    (f"setx API_TOKEN {S}", S),
    (f"heroku config:set SECRET_KEY_BASE={H}{H}", H),
    (f"kubectl create secret generic x --from-literal=password={P}", P),
    (f"kubectl create secret generic x --from-literal=token={S}", S),
    ("apiVersion: v1\nkind: Secret\ndata:\n  password: elE4a3gyV21hYmM5\n", "elE4a3gyV21hYmM5"),
    (f"echo -n '{S}' | docker login -u x --password-stdin", S),
    (f'os.environ["API_KEY"] = "{S}"', S),
    (f"os.environ.setdefault('SECRET_KEY', '{S}')", S),
    (f"process.env.TOKEN = `{S}`", S),
    (f"ENV['API_TOKEN'] = '{S}'", S),
    (f"<Password>{P}</Password>", P),
    (f'<property name="password" value="{P}"/>', P),
    (f'<add key="ApiSecret" value="{S}"/>', S),
    (f'<string name="api_key">{S}</string>', S),
    (f"| password | `{S}` |", S),
    (f"password | {S}", S),
    (f"Password is: {P}", P),
    (f"my api key: {S}", S),
    (f"the token is {S}, ok?", S),
    (f"use token `{S}`", S),
    (f'wifi password "{P}"', P),
    (f"export PGPASSWORD={P}; psql", P),
    (f'PASSWORD="{P}"\n', P),
    (f"MYSQL_ROOT_PASSWORD: {P}", P),
    (f"- MYSQL_PASSWORD={P}", P),
    (f"sudo -u x env TOKEN={S} cmd", S),
    (f"WANDB_API_KEY={H}{H[:8]}", H),
    (f"wandb login {H}{H[:8]}", H),
    (f"api_key={H}", H),
    (f'"apikey":"{H}"', H),
    (f"AWS_SECRET_ACCESS_KEY: {L}", L),
    (f"aws configure set aws_secret_access_key {L}", L),
    (f"aws_access_key_id,aws_secret_access_key\nAKIAIOSFODNN7ABCDEFG,{L}", L),
    (f'"SecretAccessKey": "{L}"', L),
    (f"credentials: {{ accessKeyId: 'AKIAIOSFODNN7ABCDEFG', secretAccessKey: '{L}' }}", L),
    (f"token%3D{S}%26x", S),
    (f"https://x/?data=%7B%22password%22%3A%22{S}%22%7D", S),
    (f"eyJ{S}{S}.eyJ{S}{S}.{S}", S),
    (r"{\"env\":{\"DB_PASSWORD\":\"hunter2xyz\"}}", "hunter2xyz"),
    (r"cmd=\"curl -u admin:" + P + r" https://x\"", P),
    (f"ssh-pass: {S}", S),
    (f"passphrase: {S}", S),
    (f"client_id=abc&client_secret={S}&grant_type=x", S),
    (f"refresh_token={S}", S),
    (f"csrfmiddlewaretoken={S}", S),
    (f"Set-Cookie: sessionid={S}; Path=/; HttpOnly", S),
    (f"cookies = {{'session': '{S}'}}", S),
    (f"document.cookie='sid={S}; path=/'", S),
    (f"//registry.npmjs.org/:_authToken={S}", S),
    (f"[pypi]\nusername = x\npassword = {S}", S),
    (f"machine api.x.test\n  login bob\n  password {S}", S),
    ("/home/alice-smith/x", "alice"),
    ("C:/Users/alice/x", "alice"),
    ("~alice/x", "alice"),
    ("alice@192.168.1.4:~$ x", "alice"),
    ("D:\\Users\\alice\\x", "alice"),
    ("file:///Users/alice/x", "alice"),
    ('"cwd":"/home/alice"', "alice"),
    ("cwd: /home/alice\n", "alice"),
    ("HOME=/Users/alice", "alice"),
    ("/home/alice:/home/alice/bin", "alice"),
    ("-v /home/alice:/data", "alice"),
    (
        "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\\nQyNTUxOQ==\\n-----END OPENSSH PRIVATE KEY-----",
        "b3Blbn",
    ),
    (
        "  -----BEGIN RSA PRIVATE KEY-----\n  MIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9Oi8n8wq3Tz2mr7SZiAMfQyuvBjM\n  MIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9Oi8\n",
        "MIIEp",
    ),
    (
        "+-----BEGIN RSA PRIVATE KEY-----\n+MIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9Oi8n8wq3Tz2mr7SZiAMfQyuvBjM\n+-----END RSA PRIVATE KEY-----",
        "MIIEp",
    ),
    (
        '"-----BEGIN RSA PRIVATE KEY-----\\n" +\n  "MIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9Oi8n8wq3Tz2mr7SZiAMfQyuvBjM\\n" +\n',
        "MIIEp",
    ),
    (f"key={G[:-4]}\u200b{G[-4:]}", G[:30]),
    (f"tokenghp_{G[4:]}", G[8:]),
    (f"x{G}y", G[8:]),
    ("name,password,role\nalice,Tr0ub4dor&3,admin\n", "Tr0ub4dor"),
    ("user;db_password\r\nalice;hunter2pass\r\n", "hunter2pass"),
    (f'"user","api_key"\n"bob, jr","{S}"\n', S),
    (f"id\ttoken\tnote\n1\t{S}\tx\n", S),
    (f'it said "id\\tsecret\\n1\\t{S}\\n" and, as always, more', S),
    ("| user | password |\n|:--|--:|\n| ann | x |\n| bob | hunter2pass |\n", "hunter2pass"),
    (f"| API key | Owner |\n|---|---|\n| `{S}` | bob |\n", S),
    (" id | password \n----+----------\n 1 | hunter2pass\n(1 row)\n", "hunter2pass"),
    ("+----+----------+\n| id | password |\n+----+----------+\n|  1 | hunter2x |\n", "hunter2x"),
    ('run(["curl", "-sSu", "alice:hunter2pass"])', "hunter2pass"),
    ("run(['mysql', '-u', 'root', '-phunter2pass', 'db'])", "hunter2pass"),
    ("run(['sshpass', '-p', 'hunter2pass', 'ssh', 'h'])", "hunter2pass"),
    ("run(['x', '--password', 'hunter2pass'])", "hunter2pass"),
    ("run(['x', '--password=hunter2pass'])", "hunter2pass"),
    ("args:\n  - --password\n  - hunter2pass\n", "hunter2pass"),
    ("curl -X POST \\\n  -u alice:hunter2pass \\\n  https://x", "hunter2pass"),
    ("curl -ualice:hunter2pass https://x", "hunter2pass"),
    ("fetch -u alice:hunter2pass https://x", "hunter2pass"),
    ("smbclient //srv/share -U bob%hunter2pass", "hunter2pass"),
    ("rpcclient -U 'CORP\\bob%hunter2pass' dc", "hunter2pass"),
    ("run(['winexe', '-U', 'bob%hunter2pass', '//h'])", "hunter2pass"),
    ("mosquitto_pub -h x -u joe -P hunter2pass -t a", "hunter2pass"),
    ("ldapsearch -x -D cn=admin -w hunter2pass -b dc=x", "hunter2pass"),
    ("htpasswd -cb users.db alice hunter2pass", "hunter2pass"),
]


@pytest.mark.parametrize("text, secret", PLACES)
def test_nothing_is_left(text: str, secret: str) -> None:
    clean = Redactor().text(text)
    assert secret not in clean
    assert Redactor().text(clean) == clean


VALUES: list[Any] = [
    {"name": "API_TOKEN", "value": S},
    {"value": S, "name": "API_TOKEN"},
    {"headers": [{"key": "Authorization", "value": f"Bearer {S}"}]},
    {"args": ["deploy", "--password", P]},
    {"args": ["/usr/bin/curl", "-u", f"alice:{P}", "https://x"]},
    {"argv": ["mysql", f"-p{S}", "db"]},
    ["sshpass", "-p", S, "ssh", "h"],
    {"cmd": "fetch", "args": ["-u", f"alice:{S}"]},
    {"password": {"value": P}},
    {"secrets": [S, P + S]},
    {"token": {"access": S}},
    {"cookies": [{"name": "sid", "value": S, "domain": "x.test"}]},
    {"cookies": {"session": S}},
    {"AWSSecretKey": L},
    {"env": {"PGPASSWORD": P}},
]


@pytest.mark.parametrize("value", VALUES)
def test_keys_name_values_in_objects_and_in_json(value: Any) -> None:
    for clean in (
        json.dumps(value_redacted(value, Redactor())),
        text_redacted(json.dumps(value), Redactor()),
        json.dumps(value_redacted({"arguments": json.dumps(json.dumps(value))}, Redactor())),
    ):
        assert S not in clean and P not in clean and L not in clean
        assert json.loads(clean)
