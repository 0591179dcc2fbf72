//! Opening the files that break other readers (`shared/odd-images`), and exporting them again.
//!
//! The folder is no part of the repository: without it these tests say so and pass.

use std::path::{Path, PathBuf};
use std::process::Command;

use understudy::photo::{
    Coding, Depth, ExportOptions, Image, Photo, PhotoError, Pixels, export, open,
};

use crate::shared::{shared, skipped};

const OPTIONS: ExportOptions =
    ExportOptions { quality: 92, overwrite: true, ..ExportOptions::DEFAULT };

/// What becomes of a file.
enum Expect {
    /// It opens, with this width and height and no notices.
    Opens(usize, usize),
    /// It opens, with a notice that holds these words.
    Warns(usize, usize, &'static str),
    /// It is refused, with a message that holds these words.
    Refused(&'static str),
}

use Expect::{Opens, Refused, Warns};

const TABLE: [(&str, Expect); 63] = [
    ("adobergb.jpg", Opens(960, 640)),
    ("animated.gif", Warns(200, 133, "first of its frames")),
    ("animated.webp", Warns(200, 133, "first of its frames")),
    ("avif-8bit.avif", Refused("AVIF needs a codec")),
    ("bad-exif-image01088.jpg", Opens(425, 120)),
    ("bad-exif-image01551.jpg", Opens(61, 58)),
    ("bad-exif-image02206.jpg", Opens(65, 65)),
    ("bilevel.png", Opens(480, 320)),
    ("bit-rot.jpg", Warns(1138, 640, "damaged")),
    ("bmp-Bad_height.bmp", Refused("megapixels")),
    ("bmp-Bad_reallybig.bmp", Refused("megapixels")),
    ("bomb-60000x60000.png", Refused("60000x60000 pixels")),
    ("cmyk.jpg", Warns(510, 532, "four inks")),
    ("cmyk.tiff", Warns(480, 320, "four inks")),
    ("empty-gps.jpg", Opens(4640, 3472)),
    ("empty.jpg", Refused("it is empty")),
    ("exif-gps-ifd.jpg", Opens(1600, 900)),
    ("exif-huge-count.jpg", Opens(1600, 1200)),
    ("fax.tiff", Opens(734, 328)),
    ("garbage-icc.jpg", Warns(1138, 640, "taken as sRGB")),
    ("gps.jpg", Opens(640, 480)),
    ("gray-alpha.png", Opens(510, 532)),
    ("gray.png", Opens(510, 532)),
    ("iphone.heic", Refused("HEIC needs a codec")),
    ("jpeg-444-1x2.jpg", Opens(2268, 1512)),
    ("jpeg-gray.jpg", Opens(2268, 1512)),
    ("jpeg-named-png.png", Opens(1138, 640)),
    ("jpeg-progressive.jpg", Opens(2268, 1512)),
    ("jpeg-restart-markers.jpg", Opens(1024, 631)),
    ("jpeg-rgb-not-ycbcr.jpg", Opens(2268, 1512)),
    ("lzw.tiff", Opens(480, 320)),
    ("one-pixel.png", Opens(1, 1)),
    ("orientation-1.jpg", Opens(450, 600)),
    ("orientation-2.jpg", Opens(450, 600)),
    ("orientation-3.jpg", Opens(450, 600)),
    ("orientation-4.jpg", Opens(450, 600)),
    ("orientation-5.jpg", Opens(450, 600)),
    ("orientation-6.jpg", Opens(450, 600)),
    ("orientation-7.jpg", Opens(450, 600)),
    ("orientation-8.jpg", Opens(450, 600)),
    ("p3-ring.png", Opens(1000, 1000)),
    ("palette.png", Opens(72, 72)),
    ("panorama-20000x600.jpg", Opens(20000, 600)),
    ("photo.webp", Opens(600, 315)),
    ("plot.png", Opens(800, 800)),
    ("png-with-exif.png", Opens(32, 32)),
    ("png16-rec2020-linear.png", Opens(64, 64)),
    ("prophoto16.tiff", Opens(480, 320)),
    ("rated.jpg", Opens(950, 634)),
    ("rec2020-red.png", Opens(1000, 1000)),
    ("rgb16.png", Opens(480, 320)),
    ("rgb16.tiff", Opens(480, 320)),
    ("rgb32f.tiff", Opens(480, 320)),
    ("rgba.png", Opens(510, 532)),
    ("scan.tiff", Opens(635, 348)),
    ("sliver-7x900.png", Opens(7, 900)),
    ("text-renamed.jpg", Refused("none of the formats")),
    ("truncated-half.jpg", Warns(1138, 640, "ends early")),
    ("truncated-header.jpg", Refused("damaged")),
    ("xmp-only.jpg", Opens(322, 466)),
    ("xmp-photoshop.jpg", Opens(360, 216)),
    ("ümläut  spaces 写真.jpg", Opens(480, 320)),
    ("missing.jpg", Refused("could not be read")),
];

/// The folder of odd images, if it is there.
fn folder() -> Option<PathBuf> {
    let folder = shared("odd-images");
    if folder.is_none() {
        skipped(TABLE.len(), "odd images");
    }
    folder
}

fn export_as_is(photo: &Photo, target: &Path) -> Result<(), PhotoError> {
    export(photo, target, &OPTIONS, &[], &mut |range| Ok(photo.image.rows(range)))
}

/// The mean difference of two pictures, in encoded values; those beyond white are white.
fn difference(a: &Image, b: &Image) -> f32 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let count = a.width * a.height;
    let apart = |(a, b): (f32, f32)| (a.min(1.0) - b.min(1.0)).abs();
    let of = |i| a.rgb(i).into_iter().zip(b.rgb(i)).map(apart).sum::<f32>();
    (0..count).map(of).sum::<f32>() / (3 * count) as f32
}

#[test]
fn every_odd_image_is_opened_or_refused_as_it_should_be() {
    let Some(folder) = folder() else { return };
    let mut wrong = Vec::new();
    for (file, expect) in &TABLE {
        let result = open(&folder.join(file));
        let found = match &result {
            Ok(photo) => {
                let Image { width, height, .. } = photo.image;
                format!("opens {width}x{height}, {:?}", photo.notices)
            }
            Err(error) => format!("refused: {error}"),
        };
        let right = match (&result, expect) {
            (Ok(photo), Opens(width, height)) => {
                (photo.image.width, photo.image.height) == (*width, *height)
                    && photo.notices.is_empty()
            }
            (Ok(photo), Warns(width, height, words)) => {
                (photo.image.width, photo.image.height) == (*width, *height)
                    && photo.notices.iter().any(|notice| notice.contains(words))
            }
            (Err(error), Refused(words)) => {
                let sentence = error.to_string();
                sentence.contains(words) && sentence.contains(file)
            }
            _ => false,
        };
        println!("{file}: {found}");
        if !right {
            wrong.push(format!("{file}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_photo_that_opens_exports_and_reopens() {
    let Some(folder) = folder() else { return };
    let targets = tempfile::tempdir().unwrap();
    let mut count = 0;
    for (file, expect) in &TABLE {
        if matches!(expect, Refused(_)) {
            continue;
        }
        let photo = open(&folder.join(file)).unwrap();
        for ending in ["jpg", "png", "tif"] {
            let target = targets.path().join(format!("out of {file}.{ending}"));
            export_as_is(&photo, &target).unwrap();
            let again = open(&target).unwrap();
            assert_eq!(again.notices, [""; 0], "{file} as {ending}");
            assert_eq!(again.profile, photo.profile, "{file} as {ending}");
            if photo.has_alpha && ending == "jpg" {
                continue;
            }
            let limit = if ending == "jpg" { 0.03 } else { 0.002 };
            let difference = difference(&again.image, &photo.image);
            assert!(difference < limit, "{file} as {ending} differs by {difference}");
            if ending != "jpg" {
                assert_eq!((again.depth, again.has_alpha), (photo.depth, photo.has_alpha));
            }
            count += 1;
        }
    }
    println!("{count} exports reopened");
}

#[test]
fn all_orientations_show_one_picture() {
    let Some(folder) = folder() else { return };
    // The first of them is another rendering without their profile.
    let upright = open(&folder.join("orientation-2.jpg")).unwrap();
    for orientation in 1..=8 {
        let photo = open(&folder.join(format!("orientation-{orientation}.jpg"))).unwrap();
        assert_eq!((photo.image.width, photo.image.height), (450, 600));
        let limit = if orientation == 1 { 0.15 } else { 0.02 };
        let difference = difference(&photo.image, &upright.image);
        assert!(difference < limit, "orientation {orientation} differs by {difference}");
    }
}

#[test]
fn deep_and_wide_photos_keep_what_they_have() {
    let Some(folder) = folder() else { return };
    for file in ["rgb16.png", "rgb16.tiff", "rgb32f.tiff", "prophoto16.tiff"] {
        let photo = open(&folder.join(file)).unwrap();
        assert_eq!((photo.depth, photo.image.depth()), (Depth::Sixteen, Depth::Sixteen), "{file}");
        let Pixels::Sixteen(pixels) = &photo.image.pixels else { panic!("{file}") };
        let levels: std::collections::HashSet<u16> = pixels.iter().map(|p| p[1]).collect();
        println!("{file}: {} levels, {:?}", levels.len(), photo.image.coding);
    }
    let tame = open(&folder.join("rgb16.tiff")).unwrap();
    assert_eq!(tame.image.coding, Coding::SIXTEEN);
    // The floats are one and a half times as bright: beyond white.
    let float = open(&folder.join("rgb32f.tiff")).unwrap();
    let brightest = |photo: &Photo| {
        let count = photo.image.width * photo.image.height;
        (0..count).flat_map(|i| photo.image.rgb(i)).fold(0.0, f32::max)
    };
    let ratio = brightest(&float) / brightest(&tame);
    assert!((ratio - 1.5).abs() < 0.01, "{ratio}");
    for file in ["p3-ring.png", "rec2020-red.png"] {
        let photo = open(&folder.join(file)).unwrap();
        assert_eq!((photo.depth, photo.image.depth()), (Depth::Eight, Depth::Sixteen), "{file}");
        let count = photo.image.width * photo.image.height;
        let reddest = (0..count).map(|i| photo.image.rgb(i)[0]).fold(0.0, f32::max);
        assert!(reddest > 1.05, "{file}: {reddest}");
    }
}

/// What exiftool says of a file, but for what an export has to change: sizes, orientation, the
/// thumbnail, the coding of the picture, and everything about the file itself.
fn exif_of(path: &Path) -> Option<Vec<String>> {
    let output =
        Command::new("exiftool").args(["-a", "-G1", "-s", "-u"]).arg(path).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = text.lines().filter(|line| {
        let mut words = line.split_whitespace();
        let (group, tag) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let changes = matches!(
            tag,
            "Orientation"
                | "ImageWidth"
                | "ImageHeight"
                | "ExifImageWidth"
                | "ExifImageHeight"
                | "ImageSize"
                | "Megapixels"
                | "ThumbnailImage"
                | "DCTEncodeVersion"
                | "APP14Flags0"
                | "APP14Flags1"
                | "ColorTransform"
        );
        let of_the_file = matches!(
            group,
            "[File]" | "[System]" | "[JFIF]" | "[ExifTool]" | "[IFD1]" | "[MPF0]" | "[PNG]"
        ) || group.starts_with("[MPImage");
        !changes && !of_the_file
    });
    Some(lines.map(str::to_owned).collect())
}

#[test]
fn exiftool_sees_the_same_metadata() {
    let Some(folder) = folder() else { return };
    if Command::new("exiftool").arg("-ver").output().is_err() {
        println!("skipped: exiftool is not installed");
        return;
    }
    let targets = tempfile::tempdir().unwrap();
    let mut compared = 0;
    let jpegs = TABLE
        .iter()
        .filter(|(file, expect)| !matches!(expect, Refused(_)) && file.ends_with(".jpg"));
    for (file, _) in jpegs {
        let source = folder.join(file);
        let photo = open(&source).unwrap();
        let target = targets.path().join(file);
        export_as_is(&photo, &target).unwrap();
        let (before, after) = (exif_of(&source).unwrap(), exif_of(&target).unwrap());
        let lost: Vec<_> = before.iter().filter(|line| !after.contains(line)).collect();
        let new: Vec<_> = after.iter().filter(|line| !before.contains(line)).collect();
        assert!(lost.is_empty() && new.is_empty(), "{file}\nlost: {lost:#?}\nnew: {new:#?}");
        compared += before.len();
    }
    println!("{compared} tags compared");
}

/// Stands alone: whatever happens to a JPEG's bytes, it opens or is refused, and nothing else.
#[test]
fn mutated_jpegs_open_or_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let pixels =
        (0..64 * 48).map(|i| [(i % 64 * 4) as u8, (i / 64 * 5) as u8, (i * 37 % 251) as u8, 255]);
    let photo = Photo::from_image(Image::eight(64, 48, pixels.collect()));
    let whole = folder.path().join("whole.jpg");
    export(&photo, &whole, &OPTIONS, &[], &mut |rows| Ok(photo.image.rows(rows))).unwrap();
    let bytes = std::fs::read(&whole).unwrap();
    assert!(open(&whole).unwrap().notices.is_empty());
    let file = folder.path().join("mutated.jpg");
    let (mut opened, mut refused) = (0, 0);
    for at in 2..bytes.len() {
        let mut mutated = bytes.clone();
        match at % 3 {
            0 => mutated[at] = 0xFF,
            1 => mutated[at] ^= 1 << (at % 8),
            _ => mutated.truncate(at),
        }
        std::fs::write(&file, &mutated).unwrap();
        match open(&file) {
            Ok(_) => opened += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(opened > 100 && refused > 100, "{opened} opened, {refused} refused");
}

#[test]
fn a_preview_is_the_photo_small() {
    let folder = tempfile::tempdir().unwrap();
    let pixel = |i: usize| [(i % 900 / 4) as u8, (i / 900 / 3) as u8, 90, 255];
    let image = Image::eight(900, 600, (0..900 * 600).map(pixel).collect());
    let photo = Photo::from_image(image);
    for name in ["a.jpg", "a.png", "a.tif"] {
        let path = folder.path().join(name);
        export(&photo, &path, &OPTIONS, &[], &mut |rows| Ok(photo.image.rows(rows))).unwrap();
        let small = understudy::photo::preview(&path, 200).unwrap().image;
        assert!(small.width >= 200 && small.width <= 900, "{name}: {}", small.width);
        assert_eq!((small.width * 2 + 1) / 3, small.height, "{name}");
        if name == "a.jpg" {
            assert_eq!(small.width, 225, "two eighths");
        }
        let middle = small.rgb(small.height / 2 * small.width + small.width / 2);
        let whole = photo.image.rgb(300 * 900 + 450);
        assert!(middle.iter().zip(whole).all(|(a, b)| (a - b).abs() < 0.02), "{name}: {middle:?}");
    }
    std::fs::write(folder.path().join("b.jpg"), "no photo").unwrap();
    assert!(understudy::photo::preview(&folder.path().join("b.jpg"), 200).is_err());
}

/// A camera's file: a small picture with black bars behind the first directory.
#[test]
fn a_preview_is_what_the_camera_put_in_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpg");
    let solid = |width: usize, height: usize, color: [u8; 4]| {
        Photo::from_image(Image::eight(width, height, vec![color; width * height]))
    };
    let mut small = solid(160, 120, [0, 0, 0, 255]);
    let Pixels::Eight(pixels) = &mut small.image.pixels else { panic!() };
    // 3 : 2 in a frame of 4 : 3.
    pixels[160 * 6..160 * 114].fill([200, 30, 30, 255]);
    export(&small, &path, &OPTIONS, &[], &mut |rows| Ok(small.image.rows(rows))).unwrap();
    let jpeg = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    export(&solid(900, 600, [30, 30, 200, 255]), &path, &OPTIONS, &[], &mut |rows| {
        Ok(solid(900, rows.len(), [30, 30, 200, 255]).image)
    })
    .unwrap();
    // An orientation (turned clockwise), then the directory of the small picture.
    let mut blob = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\x1a".to_vec();
    blob.extend(b"\0\x02\x02\x01\0\x04\0\0\0\x01\0\0\0\x38\x02\x02\0\x04\0\0\0\x01");
    blob.extend((jpeg.len() as u32).to_be_bytes());
    blob.extend([0; 4]);
    assert_eq!(blob.len(), 0x38);
    blob.extend(jpeg);
    let segment = [b"Exif\0\0", &blob[..]].concat();
    let mut file = vec![0xFF, 0xD8, 0xFF, 0xE1];
    file.extend((segment.len() as u16 + 2).to_be_bytes());
    file.extend(segment);
    file.extend(&std::fs::read(&path).unwrap()[2..]);
    std::fs::write(&path, file).unwrap();

    let seen = understudy::photo::preview(&path, 160).unwrap().image;
    assert_eq!((seen.width, seen.height), (107, 160), "upright, without the bars");
    for place in [0, 107 * 160 - 1, 107 * 80 + 50] {
        let [r, _, b] = seen.rgb(place);
        assert!(r > 0.6 && b < 0.3, "the small picture, not the photo: {r} {b}");
    }
    let larger = understudy::photo::preview(&path, 400).unwrap().image;
    assert!(larger.rgb(0)[2] > 0.6, "too small a picture is not taken");
}
