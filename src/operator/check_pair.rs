//! Small copies of the pairs that a filter was checked by: closeness can be measured again while the
//! filter is tuned. They are JPEG in base64 in the provenance, where readers skip what they do not know.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::photo::Image;

/// A photo and its edit, small: neither was learned from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckPair {
    /// The photo's name.
    pub name: String,
    /// The photo, a JPEG.
    #[serde(serialize_with = "to_text", deserialize_with = "from_text")]
    before: Arc<[u8]>,
    /// Its edit, a JPEG of the same size.
    #[serde(serialize_with = "to_text", deserialize_with = "from_text")]
    after: Arc<[u8]>,
}

impl CheckPair {
    /// Most pairs of a filter.
    pub const COUNT_MAX: usize = 8;
    /// Long side of the pictures in pixels.
    pub const SIDE: usize = 256;
    /// Most bytes of a picture.
    const BYTES_MAX: usize = 1 << 20;

    /// Small copies of a photo and its edit, of one size.
    pub fn new(name: String, before: &Image, after: &Image) -> Self {
        let small = |image: &Image| image.reduced(Self::SIDE).to_jpeg().into();
        Self { name, before: small(before), after: small(after) }
    }

    /// The photo and its edit.
    ///
    /// # Errors
    /// What is wrong with them, the end of a sentence.
    pub fn pictures(&self) -> Result<[Image; 2], String> {
        let pictures = [Image::from_jpeg(&self.before)?, Image::from_jpeg(&self.after)?];
        match pictures.each_ref().map(|it| (it.width, it.height)) {
            [before, after] if before == after => Ok(pictures),
            _ => Err("its two halves differ in size".to_owned()),
        }
    }

    /// Bytes that it takes in a file, about.
    pub fn bytes(&self) -> usize {
        (self.before.len() + self.after.len()) * 4 / 3
    }

    /// Whether no picture is absurdly large.
    pub(super) fn is_small(&self) -> bool {
        self.before.len().max(self.after.len()) <= Self::BYTES_MAX
    }

    /// The same with another name.
    pub(super) fn renamed(self, name: String) -> Self {
        Self { name, ..self }
    }
}

fn to_text<S: Serializer>(bytes: &Arc<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<[u8]>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map(Into::into).map_err(serde::de::Error::custom)
}
