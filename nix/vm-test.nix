# Both services in a virtual machine of NixOS: they start, do what they are for, and are as closed as it says.
{ pkgs, module }:
pkgs.testers.runNixOSTest {
  name = "natter";
  nodes.machine = {
    imports = [ module ];
    services.natter.api.enable = true;
    services.natter.api.files."http.tls_key_file" = "/etc/natter-test/tls.key";
    services.natter.api.files."http.tls_certificate_file" = "/etc/natter-test/tls.crt";
    services.natter.preview.enable = true;
    # Made anew in the machine, before the services: no key is in the store.
    systemd.services.natter-api.requires = [ "natter-test-certificate.service" ];
    systemd.services.natter-api.after = [ "natter-test-certificate.service" ];
    systemd.services.natter-test-certificate = {
      serviceConfig.Type = "oneshot";
      script = ''
        umask 077
        mkdir -p /etc/natter-test
        ${pkgs.openssl}/bin/openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
          -addext subjectAltName=DNS:localhost -keyout /etc/natter-test/tls.key -out /etc/natter-test/tls.crt
      '';
    };
    environment.systemPackages = [ pkgs.curl ];
  };
  testScript = ''
    import json

    machine.wait_for_unit("natter-api.service")
    machine.wait_for_unit("natter-preview.service")
    machine.wait_until_succeeds("curl -sf http://localhost:4568/ready", timeout=60)
    call = "curl -sf --cacert /etc/natter-test/tls.crt -H 'Content-Type: application/json' "
    api = "https://localhost:4567"

    machine.succeed(call + api + """/users -d '{"username":"alice","password":"correct horse battery"}'""")
    session = machine.succeed(call + "-X POST -u 'alice:correct horse battery' " + api + "/sessions")
    bearer = "-H 'Authorization: Bearer " + json.loads(session)["token"] + "' "
    made = machine.succeed(call + bearer + api + """/spaces -d '{"name":"plans","owner":"alice"}'""")
    assert json.loads(made)["name"] == "plans", made
    assert "may read" in machine.succeed("natter-api admin grant-auditor alice")

    # The worker refuses what is not public, and the key is its service's alone.
    refused = machine.succeed("curl -s -o /dev/null -w '%{http_code}' 'http://localhost:4569/preview?url=http://169.254.169.254/'")
    assert refused == "400", refused
    held = machine.succeed("stat -c '%a %U' /run/natter-api/http.tls_key_file").strip()
    assert held == "400 natter-api", held

    for unit in ["natter-api", "natter-preview"]:
        machine.succeed("systemd-analyze security --threshold=20 " + unit + ".service")

    before = machine.succeed("ls /var/lib/natter-api/data")
    assert "natter.db" in before, before
    machine.succeed("systemctl restart natter-api")
    machine.wait_until_succeeds(call + bearer + api + "/spaces", timeout=60)
  '';
}
