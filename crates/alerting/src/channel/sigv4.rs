//! Signatures of requests to AWS (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;

use super::key::hex;

/// Who signs, and for what.
#[derive(Clone, Copy)]
pub(super) struct Signer<'a> {
    pub(super) access_key: &'a str,
    pub(super) secret_key: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    /// `20150830T123600Z`
    pub(super) time: &'a str,
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

impl Signer<'_> {
    /// The value of `Authorization` of a POST. `headers` are those that are signed, in the order of their names in small
    /// letters; `host` and `x-amz-date` must be among them.
    pub(super) fn authorization(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> String {
        let day = &self.time[..8.min(self.time.len())];
        let listed: String = headers.iter().flat_map(|(name, value)| [*name, ":", *value, "\n"]).collect();
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let hash = |bytes: &[u8]| hex(digest(&SHA256, bytes).as_ref());
        let request = format!("POST\n{path}\n\n{listed}\n{names}\n{}", hash(body));
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", self.time, hash(request.as_bytes()));
        let key = sign(format!("AWS4{}", self.secret_key).as_bytes(), day);
        let key = [self.region, self.service, "aws4_request"].iter().fold(key, |key, part| sign(&key, part));
        let signature = hex(&sign(&key, &text));
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.access_key
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suite_of_aws() {
        // `post-x-www-form-urlencoded` of AWS' Signature Version 4 test suite.
        let signer = Signer {
            access_key: "AKIDEXAMPLE",
            secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
            service: "service",
            time: "20150830T123600Z",
        };
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("host", "example.amazonaws.com"),
            ("x-amz-date", "20150830T123600Z"),
        ];
        let authorization = signer.authorization("/", &headers, b"Param1=value1");
        assert!(
            authorization.ends_with("ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
            "{authorization}"
        );
    }
}
