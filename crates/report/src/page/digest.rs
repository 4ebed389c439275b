use sha2::{Digest, Sha256};

/// The source expression that lets a content security policy accept exactly this inline
/// script or style: `sha256-` and the digest in base 64.
pub(crate) fn source_expression(content: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(content.as_bytes())))
}

/// A few hexadecimal digits that tell one name from another.
pub(crate) fn short(name: &str) -> String {
    let digest = Sha256::digest(name.as_bytes());
    digest[..5].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let three = chunk.iter().fold(0_u32, |all, &b| all << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let sign = SIGNS[(three >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { char::from(sign) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        // The digest of nothing, FIPS 180-4.
        assert_eq!(
            source_expression(""),
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
    }
}
