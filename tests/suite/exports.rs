//! What an export can be asked for: size, depth, colour space, metadata.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use understudy::edit::{Edit, Layer, View};
use understudy::engine::{Backend, Choice, export};
use understudy::operator::Library;
use understudy::photo::{
    self, Coding, Colours, Depth, ExportOptions, Image, Photo, PhotoError, Pixels, Size,
};
use understudy::render::{Exact, Solver, Source};

fn edit(name: &str) -> Edit {
    Edit { layers: vec![Layer::new(Library::load_from(None).find(name).unwrap())] }
}

/// Texture in 8 bits.
fn texture(width: usize, height: usize) -> Photo {
    let pixel = |i: usize| {
        let noise = i.wrapping_mul(2_654_435_761) >> 7;
        [(noise % 256) as u8, (i / width) as u8, (noise / 256 % 200) as u8, 255]
    };
    Photo::from_image(Image::eight(width, height, (0..width * height).map(pixel).collect()))
}

fn source(photo: Photo) -> Arc<Source> {
    Arc::new(Source::new(Arc::new(photo)))
}

struct Out {
    folder: tempfile::TempDir,
}

impl Out {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, source: &Source, edit: &Edit, options: &ExportOptions) -> Photo {
        let path = self.path(name);
        self.try_write(&path, source, edit, options).unwrap();
        photo::open(&path).unwrap()
    }

    fn try_write(
        &self,
        path: &Path,
        source: &Source,
        edit: &Edit,
        options: &ExportOptions,
    ) -> Result<(), PhotoError> {
        let backend = Backend::headless(Choice::Cpu).unwrap();
        let never = AtomicBool::new(false);
        let mut last = 0.0;
        let mut progress = |done: f32| {
            assert!(done >= last && done <= 1.0, "progress goes up: {last}, {done}");
            last = done;
        };
        export(&backend, source, edit, path, options, &mut progress, &never)
    }
}

#[test]
fn a_smaller_export_is_the_resting_view_of_that_zoom() {
    let (out, edit) = (Out::new(), edit("bw-drama"));
    let source = source(texture(301, 200));
    let options = ExportOptions { size: Size::Percent(50.0), ..ExportOptions::DEFAULT };
    let small = out.write("small.png", &source, &edit, &options);
    assert_eq!((small.image.width, small.image.height), (151, 100));

    let options = ExportOptions { size: Size::LongSide(100), ..ExportOptions::DEFAULT };
    let source = self::source(texture(400, 200));
    let small = out.write("smaller.png", &source, &edit, &options);
    let view = View { size: [100, 50], center: [200.0, 100.0], zoom: 0.25 };
    let stages = Solver::default().solve(&source, &edit).unwrap();
    let mut exact = Exact::new(Arc::clone(&source), stages, &view);
    while !exact.advance() {}
    let [_, seen] = exact.pictures();
    let Pixels::Eight(written) = &small.image.pixels else { panic!("8 bits, as the photo") };
    let mut differ = 0;
    for (seen, written) in seen.iter().zip(written) {
        for (seen, written) in seen.iter().zip(written) {
            assert!(seen.abs_diff(*written) <= 1, "{seen} {written}");
            differ += usize::from(seen != written);
        }
    }
    // Where a mean lies between two codes, the way through 16 bits may end at the other one.
    assert!(differ < written.len() / 100, "{differ} of {} values", 4 * written.len());
}

#[test]
fn nothing_is_enlarged() {
    let (out, source) = (Out::new(), source(texture(60, 40)));
    let options = ExportOptions { size: Size::LongSide(4000), ..ExportOptions::DEFAULT };
    let same = out.write("same.png", &source, &Edit::default(), &options);
    assert_eq!(same.image, *source.image());
}

#[test]
fn sixteen_bits_of_an_eight_bit_photo_hold_more_than_its_codes() {
    let (out, edit, source) = (Out::new(), edit("retouch"), source(texture(120, 90)));
    let deep = ExportOptions { depth: Some(Depth::Sixteen), ..ExportOptions::DEFAULT };
    for name in ["deep.tif", "deep.png"] {
        let written = out.write(name, &source, &edit, &deep);
        assert_eq!(written.depth, Depth::Sixteen);
        let Pixels::Sixteen(codes) = &written.image.pixels else { panic!() };
        let between = codes.iter().filter(|pixel| pixel[0] % 257 != 0).count();
        assert!(between > codes.len() / 2, "{between} of {}", codes.len());
        let plain = out.write(&format!("plain-{name}"), &source, &edit, &ExportOptions::DEFAULT);
        let Pixels::Eight(plain) = &plain.image.pixels else { panic!() };
        for (deep, plain) in codes.iter().zip(plain) {
            for (deep, plain) in deep.iter().zip(plain) {
                let deep = (f32::from(*deep) / 257.0).round() as u8;
                assert!(deep.abs_diff(*plain) <= 1, "{deep} {plain}");
            }
        }
        // Without an edit every code comes back.
        let same = out.write(&format!("same-{name}"), &source, &Edit::default(), &deep);
        for i in 0..120 * 90 {
            let (a, b) = (same.image.rgb(i), source.image().rgb(i));
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6), "{a:?} {b:?}");
        }
    }
}

#[test]
fn a_deep_photo_is_written_in_eight_bits() {
    let codes = (0..64 * 64).map(|i| [(i * 16) as u16, 30_000, (65535 - i * 16) as u16, 65535]);
    let deep = Photo::from_image(Image::sixteen(64, 64, codes.collect(), Coding::SIXTEEN));
    let options = ExportOptions { depth: Some(Depth::Eight), ..ExportOptions::DEFAULT };
    let (out, source) = (Out::new(), source(deep));
    for name in ["a.png", "a.tif"] {
        let written = out.write(name, &source, &Edit::default(), &options);
        assert_eq!((written.depth, written.image.depth()), (Depth::Eight, Depth::Eight));
        for i in 0..64 * 64 {
            let (a, b) = (written.image.rgb(i), source.image().rgb(i));
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1.01 / 255.0), "{a:?} {b:?}");
        }
    }
}

#[test]
fn every_colour_space_holds_the_same_colours() {
    let (out, source) = (Out::new(), source(texture(80, 60)));
    for colours in Colours::ALL {
        let depth = Some(Depth::Sixteen);
        let options = ExportOptions { colours, depth, ..ExportOptions::DEFAULT };
        let name = format!("{}.png", colours.name());
        let written = out.write(&name, &source, &Edit::default(), &options);
        assert_eq!(written.profile.is_some(), colours != Colours::AsPhoto, "{colours:?}");
        for i in 0..80 * 60 {
            let (a, b) = (written.image.rgb(i), source.image().rgb(i));
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 6e-4), "{colours:?} {a:?} {b:?}");
        }
    }
    // The stored codes are others: they mean other primaries.
    let stored = |name: &str| image::open(out.path(name)).unwrap().to_rgb16().into_raw();
    assert_ne!(stored("display-p3.png"), stored("srgb.png"));
    assert_eq!(stored("photo.png"), stored("srgb.png"));
}

#[test]
fn what_was_done_is_told_in_the_metadata_unless_there_are_to_be_none() {
    let mut photo = texture(40, 30);
    photo.metadata.xmp = Some(
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF><rdf:Description dc:title='t'/></rdf:RDF></x:xmpmeta>"
            .to_vec(),
    );
    photo.metadata.segments = vec![(0xFE, b"a comment".to_vec())];
    let (out, edit, source) = (Out::new(), edit("dehaze"), source(photo));
    let title = &edit.layers[0].operator.title;
    for name in ["a.jpg", "a.png", "a.tif"] {
        let kept = out.write(name, &source, &edit, &ExportOptions::DEFAULT);
        let xmp = String::from_utf8(kept.metadata.xmp.unwrap()).unwrap();
        assert!(xmp.contains("dc:title='t'") && xmp.contains(title.as_str()), "{xmp}");
        assert!(xmp.contains(&edit.layers[0].operator.sha256()), "{xmp}");
        let bare = ExportOptions { metadata: false, ..ExportOptions::DEFAULT };
        let bare = out.write(&format!("bare-{name}"), &source, &edit, &bare);
        assert_eq!(bare.metadata.xmp, None, "{name}");
        assert!(bare.metadata.exif.is_none() && bare.metadata.segments.is_empty(), "{name}");
        assert_eq!(bare.image, kept.image);
    }
    // A copy without a filter tells nothing: its packet is the photo's own.
    let plain = out.write("plain.png", &source, &Edit::default(), &ExportOptions::DEFAULT);
    assert_eq!(plain.metadata.xmp, source.photo().metadata.xmp);
}
