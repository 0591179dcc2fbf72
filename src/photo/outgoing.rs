//! What is written: an edited photo as a file of its own.

use std::borrow::Cow;

use super::values::{Alpha, Values};
use super::{Depth, ExportOptions, Format, Metadata, Photo, exif, xmp};

/// What the encoders write besides the pixels, and how they store these.
pub(super) struct Outgoing<'a> {
    pub width: usize,
    pub height: usize,
    /// Bits a channel.
    pub depth: Depth,
    pub alpha: Alpha,
    /// The colour profile, byte for byte.
    pub profile: Option<Cow<'a, [u8]>>,
    pub metadata: Cow<'a, Metadata>,
    /// From rendered values to samples.
    pub values: Values,
    colour_space: Option<u16>,
}

impl<'a> Outgoing<'a> {
    /// A photo as a file of this format. `record` says what was done to it, a property each.
    pub fn new(
        photo: &'a Photo,
        format: Format,
        options: &ExportOptions,
        record: &[(&str, String)],
    ) -> Self {
        let [width, height] = options.size.of(photo.image.width, photo.image.height);
        let alpha = match (photo.has_alpha, format) {
            (false, _) => Alpha::None,
            (true, Format::Jpeg) => Alpha::OverWhite,
            (true, Format::Png | Format::Tiff) => Alpha::Kept,
        };
        let depth = match format {
            Format::Jpeg => Depth::Eight,
            Format::Png | Format::Tiff => options.depth.unwrap_or(photo.depth),
        };
        let profile = options.colours.profile(photo);
        let is_dithered = photo.depth == Depth::Sixteen && depth == Depth::Eight;
        let values = Values::new(profile.as_deref(), alpha, is_dithered);
        let metadata = metadata(photo, options, record);
        let colour_space = options.colours.exif();
        Self { width, height, depth, alpha, profile, metadata, values, colour_space }
    }

    /// The EXIF blob of the edited picture.
    pub fn exif(&self) -> Option<Vec<u8>> {
        let blob = self.metadata.exif.as_deref()?;
        Some(exif::for_export(blob, self.width, self.height, self.colour_space))
    }
}

fn metadata<'a>(
    photo: &'a Photo,
    options: &ExportOptions,
    record: &[(&str, String)],
) -> Cow<'a, Metadata> {
    if !options.metadata {
        let density = photo.metadata.density;
        return Cow::Owned(Metadata { density, ..Metadata::default() });
    }
    let mut metadata = Cow::Borrowed(&photo.metadata);
    if !record.is_empty() {
        let is_split = metadata.xmp_extension.is_some();
        if let Some(packet) = xmp::with_record(metadata.xmp.as_deref(), is_split, record) {
            metadata.to_mut().xmp = Some(packet);
        }
    }
    metadata
}
