import { describe, expect, test } from "vitest";
import { isAllowedUrl } from "../../src/domain/config/allowed-url.ts";

describe("the desk calls", () => {
  test.each([
    "https://hooks.example.com/desk",
    "https://hooks.example.com",
    "HTTPS://HOOKS.EXAMPLE.COM/desk?token=1#part",
    "https://hooks.example.com:8443/desk",
    "https://hooks.example.com./desk",
    "https://bücher.example/desk",
    "https://93.184.216.34/desk",
    "https://172.15.0.1/",
    "https://172.32.0.1/",
    "https://100.63.255.255/",
    "https://100.128.0.1/",
    "https://169.253.1.1/",
    "https://192.167.1.1/",
    "https://198.17.0.1/",
    "https://198.20.0.1/",
    "https://[2606:2800:220:1:248:1893:25c8:1946]/desk",
    "https://127.example.com/",
    "https://localhost.example.com/",
    "https://10.example.com/",
  ])("%s", (url) => {
    expect(isAllowedUrl(url, false)).toBe(true);
    expect(isAllowedUrl(url, true)).toBe(true);
  });
});

describe("the desk never calls", () => {
  test.each([
    // Not encrypted, or no web address at all.
    "http://hooks.example.com/desk",
    "http://93.184.216.34/",
    "ftp://hooks.example.com/",
    "ws://hooks.example.com/",
    "file:///etc/passwd",
    "data:text/plain,x",
    "javascript:alert(1)",
    "hooks.example.com/desk",
    "//hooks.example.com/desk",
    "/desk",
    "https://",
    "",
    "https://hooks example.com/",
    // Credentials.
    "https://user@hooks.example.com/",
    "https://user:secret@hooks.example.com/",
    "https://:secret@hooks.example.com/",
    // Private, shared, link-local, reserved and multicast addresses.
    "https://10.0.0.1/",
    "https://10.255.255.255:8443/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://192.0.0.1/",
    "https://100.64.0.1/",
    "https://100.127.255.255/",
    "https://169.254.169.254/latest/meta-data/",
    "https://198.18.0.1/",
    "https://198.19.255.255/",
    "https://0.0.0.0/",
    "https://0.1.2.3/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    // … however they are written.
    "https://167772161/",
    "https://0x0a000001/",
    "https://0xa.0x0.0x0.0x1/",
    "https://012.0.0.1/",
    "https://10.1/",
    "https://2852039166/",
    "https://0xA9FEA9FE/",
    "https://169.254.169.254./",
    "https://10.0.0.1../",
    "https://%31%30.0.0.1/",
    "https://１０.0.0.1/",
    // IPv6: unspecified, link-local, unique local, site-local, multicast, IPv4 inside, translated, tunnelled.
    "https://[::]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[fc00::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[::10.0.0.1]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[2002:a00:1::]/",
    "https://[2001::a00:1]/",
    "https://[2001:0:a00:1::]/",
    "https://[2001:db8::1]/",
    "https://[100::1]/",
    // Names that only a local network knows.
    "https://intranet/",
    "https://router.local/",
    "https://router.local./",
    "https://router.local../",
    "https://metadata.google.internal/",
    "https://nas.lan/",
    "https://nas.home.arpa/",
    "https://desk.test/",
    "https://desk.invalid/",
    "https://desk.onion/",
    "https://desk.intranet/",
  ])("%s, in development neither", (url) => {
    expect(isAllowedUrl(url, false)).toBe(false);
    expect(isAllowedUrl(url, true)).toBe(false);
  });

  test.each([
    "http://localhost:8080/desk",
    "https://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://localhost../",
    "http://desk.localhost/",
    "http://127.0.0.1:8080/desk",
    "https://127.0.0.1/",
    "http://127.255.255.254/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://[::1]:8080/",
  ])("%s, except in development", (url) => {
    expect(isAllowedUrl(url, false)).toBe(false);
    expect(isAllowedUrl(url, true)).toBe(true);
  });

  test.each([
    "ftp://localhost/",
    "ws://127.0.0.1/",
    "http://user@localhost/",
    "http://:x@[::1]/",
    "http://127.example.com/",
  ])("%s, not even in development", (url) => {
    expect(isAllowedUrl(url, true)).toBe(false);
  });
});
