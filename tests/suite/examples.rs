//! Examples: pairing, laying edits on their photos, refusing what does not lie there.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tempfile::TempDir;
use understudy::photo;
use understudy::photo::{Image, Pixels};
use understudy::train::examples::{
    Alignment, Cancelled, Confidence, Example, Known, Misfit, Options, Pair, Progress, Reason,
    Rule, align, groups, ordered, pair_files, pair_folders, pairs_by_name, pictures, read,
    read_one,
};

use crate::shared::{shared, skipped};

const EDITS: [&str; 8] = [
    "retouch",
    "local-contrast",
    "dehaze",
    "tone-map",
    "bw-drama",
    "cross-process",
    "l0",
    "detail",
];

/// Few pixels: these tests look at where they come from, not at how many there are.
const OPTIONS: Options = Options { pixels: 2000, seed: 7 };

// Pictures

/// Random numbers of 0..1.
fn random(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A picture of discs, boxes and stripes, another one for each seed.
fn scene(width: usize, height: usize, seed: u64) -> Image {
    let mut next = random(seed + 1);
    let mut values = vec![[0.5; 3]; width * height];
    for shape in 0..90 {
        let size = 0.02 + 0.2 * next() * next();
        let (x, y) = (next() * width as f64, next() * height as f64);
        let (half, stretch) = (size * height as f64, 0.4 + next());
        let colour = [next(), next(), next()];
        let stripes = if shape % 4 == 0 { 0.15 } else { 0.0 };
        let is_disc = shape % 3 != 0;
        for row in 0..height {
            for column in 0..width {
                let (dx, dy) = ((column as f64 - x) / half / stretch, (row as f64 - y) / half);
                let inside = if is_disc { dx.hypot(dy) } else { dx.abs().max(dy.abs()) };
                if inside < 1.0 {
                    let shade =
                        0.15 * dx + stripes * (column as f64 * 0.7 + row as f64 * 0.3).sin();
                    values[row * width + column] = colour.map(|value| value + shade);
                }
            }
        }
    }
    picture(width, height, |x, y| values[y * width + x])
}

fn picture(width: usize, height: usize, value: impl Fn(usize, usize) -> [f64; 3]) -> Image {
    let code = |value: f64| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    let pixel = |i: usize| {
        let [r, g, b] = value(i % width, i / width).map(code);
        [r, g, b, 255]
    };
    Image::eight(width, height, (0..width * height).map(pixel).collect())
}

fn value(image: &Image, x: usize, y: usize) -> [f64; 3] {
    image.rgb(y * image.width + x).map(f64::from)
}

/// The picture through other curves, nearly black and white, its tones turned around.
fn inverted(image: &Image) -> Image {
    picture(image.width, image.height, |x, y| {
        let [r, g, b] = value(image, x, y);
        let grey = 1.0 - (0.5 * r + 0.4 * g + 0.1 * b).powf(0.7);
        [r, g, b].map(|value| 0.1 * value + 0.8 * grey)
    })
}

/// A picture of a size whose position p shows what `image` shows at `from(p)`; a mean over
/// `probes`² places a pixel.
fn moved(
    image: &Image,
    (width, height): (usize, usize),
    probes: usize,
    from: impl Fn(f64, f64) -> (f64, f64) + Sync,
) -> Image {
    let at = |x: f64, y: f64| -> [f64; 3] {
        let (x, y) =
            (x.clamp(0.0, (image.width - 1) as f64), y.clamp(0.0, (image.height - 1) as f64));
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(image.width - 1), (top + 1).min(image.height - 1));
        let (across, down) = (x - left as f64, y - top as f64);
        let [a, b] = [top, bottom].map(|y| {
            let (a, b) = (value(image, left, y), value(image, right, y));
            [0, 1, 2].map(|i| a[i] + across * (b[i] - a[i]))
        });
        [0, 1, 2].map(|i| a[i] + down * (b[i] - a[i]))
    };
    picture(width, height, |x, y| {
        let mut sum = [0.0; 3];
        for i in 0..probes * probes {
            let within = |i: usize| (i as f64 + 0.5) / probes as f64 - 0.5;
            let (u, v) = from(x as f64 + within(i % probes), y as f64 + within(i / probes));
            for (sum, value) in sum.iter_mut().zip(at(u, v)) {
                *sum += value / (probes * probes) as f64;
            }
        }
        sum
    })
}

/// A similarity: turned around the middle of the photo and of the edit, scaled, and shifted by
/// pixels of the photo.
#[derive(Clone, Copy, Debug)]
struct Move {
    /// Size of the edit.
    size: (usize, usize),
    scale: f64,
    degrees: f64,
    shift: (f64, f64),
}

impl Move {
    fn apply(self, edit: &Image) -> Image {
        let middle = |side: usize| (side as f64 - 1.0) / 2.0;
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let probes = if self.scale < 0.9 { 3 } else { 1 };
        moved(edit, self.size, probes, |x, y| {
            let x = (x - middle(self.size.0)) / self.scale;
            let y = (y - middle(self.size.1)) / self.scale;
            (
                middle(edit.width) + cos * x + sin * y + self.shift.0,
                middle(edit.height) - sin * x + cos * y + self.shift.1,
            )
        })
    }

    /// How far an alignment is from this at the corners of the common part, in pixels of the photo.
    fn error(self, got: &Alignment) -> f64 {
        let part = got.common().unwrap();
        let middle = |side: usize| (side as f64 - 1.0) / 2.0;
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let (right, bottom) = (part.x + part.width - 1, part.y + part.height - 1);
        let corners = [(part.x, part.y), (right, part.y), (part.x, bottom), (right, bottom)];
        let error = |(x, y): (usize, usize)| {
            let u = x as f64 - middle(got.before.0) - self.shift.0;
            let v = y as f64 - middle(got.before.1) - self.shift.1;
            let (u, v) = got.before_from_after(
                middle(self.size.0) + self.scale * (cos * u - sin * v),
                middle(self.size.1) + self.scale * (sin * u + cos * v),
            );
            (u - x as f64).hypot(v - y as f64)
        };
        corners.map(error).into_iter().fold(0.0, f64::max)
    }
}

/// Bent like through a lens, by `strength` at the corners, or tilted.
fn warped(image: &Image, strength: f64, tilt: f64) -> Image {
    let (width, height) = (image.width as f64, image.height as f64);
    let unit = width.hypot(height) / 2.0;
    moved(image, (image.width, image.height), 1, |x, y| {
        let (x, y) = ((x - width / 2.0) / unit, (y - height / 2.0) / unit);
        let factor = (1.0 + strength * (x * x + y * y - 0.6)) / (1.0 + tilt * y);
        (width / 2.0 + unit * x * factor, height / 2.0 + unit * y * factor)
    })
}

/// `image` with a part of `other` over it, `share` of each side from the position `at` (0 to 1).
fn pasted(image: &Image, other: &Image, share: f64, at: (f64, f64)) -> Image {
    let (width, height) = (image.width as f64, image.height as f64);
    picture(image.width, image.height, |x, y| {
        let (dx, dy) = (x as f64 / width - at.0, y as f64 / height - at.1);
        let inside = (0.0..share).contains(&dx) && (0.0..share).contains(&dy);
        let (x2, y2) = (x * (other.width - 1) / image.width, y * (other.height - 1) / image.height);
        if inside { value(other, x2, y2) } else { value(image, x, y) }
    })
}

fn save(image: &Image, path: &Path) -> PathBuf {
    let Pixels::Eight(pixels) = &image.pixels else { panic!("8 bits") };
    let bytes = pixels.iter().flatten().copied().collect();
    let (width, height) = (image.width as u32, image.height as u32);
    image::RgbaImage::from_raw(width, height, bytes).unwrap().save(path).unwrap();
    path.to_owned()
}

/// A pair of two pictures, written into a folder of their own.
fn written(before: &Image, after: &Image) -> (TempDir, Pair) {
    let folder = tempfile::tempdir().unwrap();
    let before = save(before, &folder.path().join("before.png"));
    let after = save(after, &folder.path().join("after.png"));
    (folder, Pair::given(&before, &after))
}

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

// What stands alone

#[test]
fn an_edit_that_lies_as_it_should_does_so_exactly() {
    let before = scene(480, 360, 1);
    for after in [before.clone(), inverted(&before)] {
        assert!(align(&before, &after).unwrap().is_identity());
    }
}

#[test]
fn whole_shifts_and_crops_and_turns_are_exact() {
    let before = scene(480, 360, 2);
    let edit = inverted(&before);
    let crop = |x0: usize, y0: usize, width: usize, height: usize| {
        picture(width, height, |x, y| value(&edit, x0 + x, y0 + y))
    };
    for (x, y, width, height) in [(3, 2, 470, 350), (100, 60, 300, 240), (0, 0, 240, 360)] {
        let got = align(&before, &crop(x, y, width, height)).unwrap();
        assert!(got.is_exact(), "{got:?}");
        assert_eq!(got.before_from_after(0.0, 0.0), (x as f64, y as f64));
    }
    let turned = picture(360, 480, |x, y| value(&edit, y, 359 - x));
    let got = align(&before, &turned).unwrap();
    assert!(got.is_exact() && (got.turned_degrees().abs() - 90.0).abs() < 1e-6, "{got:?}");
    let mirrored = picture(480, 360, |x, y| value(&edit, 479 - x, y));
    let got = align(&before, &mirrored).unwrap();
    assert!(got.is_exact() && got.is_mirrored(), "{got:?}");
}

#[test]
fn moved_edits_are_found_to_a_third_of_a_pixel() {
    let before = scene(540, 400, 3);
    let edit = inverted(&before);
    let size = |share: f64| ((540.0 * share) as usize, (400.0 * share) as usize);
    let moves = [
        Move { size: (270, 200), scale: 0.5, degrees: 0.0, shift: (0.0, 0.0) },
        Move { size: (1080, 800), scale: 2.0, degrees: 0.0, shift: (0.0, 0.0) },
        Move { size: size(0.9), scale: 1.0, degrees: 0.0, shift: (4.5, -2.5) },
        Move { size: size(0.9), scale: 1.0, degrees: 3.0, shift: (3.0, 5.0) },
        Move { size: size(0.9), scale: 1.0, degrees: -2.0, shift: (0.0, 0.0) },
        Move { size: size(0.5), scale: 0.75, degrees: 1.0, shift: (-20.0, 30.0) },
        Move { size: size(0.9), scale: 1.6, degrees: -1.0, shift: (40.0, 10.0) },
    ];
    moves.into_par_iter().for_each(|it| {
        let got = align(&before, &it.apply(&edit)).unwrap();
        let error = it.error(&got);
        assert!(error < 0.3, "{it:?}: {error}, {got:?}");
    });
}

#[test]
fn other_scenes_are_refused() {
    (0..6).into_par_iter().for_each(|seed| {
        let (before, after) = (scene(480, 360, 10 + seed), scene(480, 360, 20 + seed));
        assert_eq!(align(&before, &inverted(&after)), Err(Misfit::Another), "{seed}");
    });
}

#[test]
fn bent_edits_are_refused() {
    let before = scene(600, 450, 4);
    for (strength, tilt) in [(0.04, 0.0), (-0.05, 0.0), (0.0, 0.03)] {
        let got = align(&before, &warped(&inverted(&before), strength, tilt));
        assert!(matches!(got, Err(Misfit::Warped(_))), "{strength} {tilt}: {got:?}");
    }
}

#[test]
fn reasons_name_the_files() {
    let before = scene(300, 220, 5);
    let check = |after: &Image, expect: &str| {
        let (_folder, pair) = written(&before, after);
        let sentence = read_one(&pair, &OPTIONS).unwrap_err().to_string();
        assert!(sentence.contains("after.png") && sentence.contains(expect), "{sentence}");
    };
    check(&scene(300, 220, 6), "does not show the same photo");
    check(&scene(31, 90, 6), "31x90 pixels");
    let (_folder, pair) = {
        let (before, other) = (scene(600, 450, 8), scene(600, 450, 9));
        written(&before, &pasted(&inverted(&before), &other, 0.55, (0.4, 0.4)))
    };
    let sentence = read_one(&pair, &OPTIONS).unwrap_err().to_string();
    assert!(sentence.contains("% of “after.png” cannot be expressed"), "{sentence}");
    let (folder, pair) = written(&before, &before);
    fs::write(&pair.after, "no picture").unwrap();
    let error = read_one(&pair, &OPTIONS).unwrap_err();
    assert!(matches!(error, Reason::Unopened(_)), "{error}");
    drop(folder);
}

#[test]
fn blank_pictures_lie_as_they_are() {
    let blank = |width, height, level: f64| picture(width, height, |_, _| [level; 3]);
    assert!(align(&blank(200, 150, 0.3), &blank(200, 150, 0.5)).unwrap().is_identity());
    let got = align(&blank(200, 150, 0.3), &blank(150, 150, 0.5));
    assert_eq!(got, Err(Misfit::NoDetail));
}

#[test]
fn a_pasted_patch_is_masked_and_never_sampled() {
    let (before, other) = (scene(600, 450, 8), scene(600, 450, 9));
    let after = pasted(&inverted(&before), &other, 0.316, (0.5, 0.3));
    let (_folder, pair) = written(&before, &after);
    let example = read_one(&pair, &OPTIONS).unwrap();
    assert!((0.08..0.16).contains(&example.mask.share()), "{}", example.mask.share());
    let pixels = &example.pixels;
    let inside =
        |i: &usize| (0.51..0.80).contains(&pixels.x[*i]) && (0.31..0.60).contains(&pixels.y[*i]);
    let left = (0..pixels.len()).filter(inside).count();
    assert_eq!(pixels.len(), 2000);
    assert!(left < 20, "{left} of 2000 pixels are of the patch");
    let known = example.known.iter().filter(|known| **known).count();
    assert!(known < example.known.len() * 92 / 100);
}

#[test]
fn an_example_holds_both_halves_where_they_overlap() {
    let before = scene(600, 450, 11);
    let edit = inverted(&before);
    let crop = picture(400, 300, |x, y| value(&edit, 150 + x, 100 + y));
    let (_folder, pair) = written(&before, &crop);
    let example = read_one(&pair, &OPTIONS).unwrap();
    assert!(example.alignment.is_exact() && example.mask.share() == 0.0);
    assert_eq!((example.width, example.height), (600, 450));
    assert_eq!((example.sample.width, example.sample.height), (341, 256));
    assert_eq!(example.before_sha256.len(), 64);
    let share = example.known.iter().filter(|known| **known).count() as f64;
    let share = share / example.known.len() as f64;
    assert!((share - 400.0 * 300.0 / (600.0 * 450.0)).abs() < 0.01, "{share}");
    for i in 0..example.pixels.len() {
        let x = (f64::from(example.pixels.x[i]) * 599.0).round() as usize;
        let y = (f64::from(example.pixels.y[i]) * 449.0).round() as usize;
        let (a, b) = (before.rgb(y * 600 + x), crop.rgb((y - 100) * 400 + x - 150));
        assert_eq!([0, 1, 2].map(|c| example.pixels.before[c][i]), a);
        assert_eq!([0, 1, 2].map(|c| example.pixels.after[c][i]), b);
    }
    let (ours, theirs) = pictures(&pair, &example.alignment, Some(150)).unwrap();
    assert_eq!((ours.width, ours.height), (200, 150));
    assert_eq!((theirs.width, theirs.height), (200, 150));
    let (ours, theirs) = pictures(&pair, &example.alignment, None).unwrap();
    assert_eq!((ours.width, theirs.height), (400, 300));
    assert_eq!(theirs.plane(1)[0], crop.rgb(0)[1]);
    assert_eq!(ours.plane(1)[0], before.rgb(100 * 600 + 150)[1]);
}

/// A JPEG with a time and a camera.
fn jpeg(image: &Image, path: &Path, time: &str) -> PathBuf {
    let text = |bytes: &mut Vec<u8>, tag: u16, at: u32, text: &str| {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(2_u16.to_le_bytes());
        bytes.extend((text.len() as u32 + 1).to_le_bytes());
        bytes.extend(at.to_le_bytes());
    };
    // Header; a directory of a model and of where the inner one is; that one of a time; values.
    let (inner, values) = (8 + 2 + 24 + 4_u32, 8 + 2 + 24 + 4 + 2 + 12 + 4_u32);
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    exif.extend(2_u16.to_le_bytes());
    text(&mut exif, 272, values, "X100V");
    exif.extend([0x69, 0x87, 4, 0, 1, 0, 0, 0]);
    exif.extend(inner.to_le_bytes());
    exif.extend([0; 4]);
    exif.extend(1_u16.to_le_bytes());
    text(&mut exif, 36867, values + 6, time);
    exif.extend([0; 4]);
    exif.extend(format!("X100V\0{time}\0").bytes());
    let Pixels::Eight(pixels) = &image.pixels else { panic!("8 bits") };
    let mut encoder = jpeg_encoder::Encoder::new_file(path, 90).unwrap();
    encoder.add_app_segment(1, exif).unwrap();
    let (width, height) = (image.width as u16, image.height as u16);
    encoder.encode(pixels.as_flattened(), width, height, jpeg_encoder::ColorType::Rgba).unwrap();
    path.to_owned()
}

#[test]
fn files_of_other_names_pair_by_time_and_by_looks() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let scenes: Vec<Image> = (0..5).map(|seed| scene(360, 270, 40 + seed)).collect();
    let times = ["2026:05:09 20:58:24", "2026:05:09 21:00:00"];
    let befores = vec![
        jpeg(&scenes[0], &at("DSC1.jpg"), times[0]),
        jpeg(&scenes[1], &at("DSC2.jpg"), times[1]),
        save(&scenes[2], &at("DSC3.png")),
        save(&scenes[3], &at("DSC4.png")),
    ];
    // The second one's time pairs it although it shows something else: time goes before looks.
    let afters = vec![
        jpeg(&inverted(&scenes[1]), &at("web-x.jpg"), times[1]),
        jpeg(&inverted(&scenes[0]), &at("web-y.jpg"), times[0]),
        save(&inverted(&scenes[3]), &at("web-z.png")),
        save(&inverted(&scenes[4]), &at("web-other.png")),
    ];
    let pairing = pair_files(befores.clone(), afters.clone(), on).unwrap();
    let got: Vec<_> =
        pairing.pairs.iter().map(|p| (p.before.clone(), p.after.clone(), p.rule)).collect();
    let expect = [
        (befores[0].clone(), afters[1].clone(), Rule::Capture),
        (befores[1].clone(), afters[0].clone(), Rule::Capture),
        (befores[3].clone(), afters[2].clone(), Rule::Looks),
    ];
    assert_eq!(got, expect);
    assert_eq!(pairing.pairs[2].confidence, Confidence::Sure);
    let left: Vec<_> = pairing.unpaired.iter().map(|it| it.file.clone()).collect();
    assert_eq!(left, [befores[2].clone(), afters[3].clone()]);
    assert!(pairing.unpaired[0].why.contains("DSC3.png"), "{}", pairing.unpaired[0].why);
    let stop = |_| ControlFlow::Break(());
    assert_eq!(pair_files(befores, afters, stop), Err(Cancelled));
}

#[test]
fn reading_reports_each_pair_and_can_be_broken_off() {
    let folder = tempfile::tempdir().unwrap();
    let [before, after] = ["before", "after"].map(|name| folder.path().join(name));
    fs::create_dir(&before).unwrap();
    fs::create_dir(&after).unwrap();
    for seed in 0..4 {
        let picture = scene(300, 220, 60 + seed);
        save(&picture, &before.join(format!("p{seed}.png")));
        let edit = if seed == 2 { scene(300, 220, 99) } else { inverted(&picture) };
        save(&edit, &after.join(format!("p{seed}-edit.png")));
    }
    let pairing = pair_folders(&before, &after, on).unwrap();
    assert!(pairing.pairs.iter().all(|pair| pair.rule == Rule::SimilarName));
    let pairs = ordered(pairing.pairs, &["p3.png", "p2"]);
    let names: Vec<_> = pairs.iter().map(|pair| pair.name.as_str()).collect();
    assert_eq!(names, ["p3", "p2", "p0", "p1"]);
    let report = read(&pairs, &OPTIONS, &[], on).unwrap();
    let read_names: Vec<_> = report.read.iter().map(|it| it.pair.name.as_str()).collect();
    assert_eq!(read_names, ["p3", "p0", "p1"]);
    assert_eq!(report.left_out.len(), 1);
    assert_eq!(report.left_out[0].pair.name, "p2");
    let stop = |progress: Progress| {
        if progress.done < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    assert_eq!(read(&pairs, &OPTIONS, &[], stop).unwrap_err(), Cancelled);
}

#[test]
fn what_is_known_is_not_read_again_while_its_files_are_what_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let picture = scene(300, 220, 5);
    let before = save(&picture, &folder.path().join("p.png"));
    let after = save(&inverted(&picture), &folder.path().join("p-edit.png"));
    let pair = Pair::given(&before, &after);
    let known = [Known::read(&pair, &OPTIONS).unwrap()];
    let count = |known: &[Known], options: &Options| {
        read(std::slice::from_ref(&pair), options, known, on).unwrap().read.len()
    };
    // Unreadable now, but for what is known of it.
    let metadata = fs::metadata(&after).unwrap();
    fs::write(&after, vec![0; metadata.len() as usize]).unwrap();
    let date = |time| fs::File::options().write(true).open(&after).unwrap().set_modified(time);
    date(metadata.modified().unwrap()).unwrap();
    assert_eq!((count(&[], &OPTIONS), count(&known, &OPTIONS)), (0, 1));
    assert_eq!(count(&known, &Options { seed: 8, ..OPTIONS }), 0, "other pixels are wanted");
    date(metadata.modified().unwrap() + std::time::Duration::from_secs(5)).unwrap();
    assert_eq!(count(&known, &OPTIONS), 0, "it was changed");
}

#[test]
fn photos_that_show_nearly_the_same_are_one_group() {
    let folder = tempfile::tempdir().unwrap();
    let scenes: Vec<Image> = (0..3).map(|seed| scene(600, 450, 80 + seed)).collect();
    let crop = picture(420, 330, |x, y| value(&scenes[0], 100 + x, 60 + y));
    let small = Move { size: (390, 292), scale: 0.65, degrees: 0.0, shift: (0.0, 0.0) };
    let small = small.apply(&scenes[1]);
    let photos = [&scenes[0], &scenes[1], &scenes[2], &crop, &small, &scenes[2]];
    let example = |(i, photo): (usize, &&Image)| -> Example {
        let path = save(photo, &folder.path().join(format!("{i}.png")));
        read_one(&Pair::given(&path, &path), &OPTIONS).unwrap()
    };
    let examples: Vec<Example> = photos.iter().enumerate().map(example).collect();
    assert_eq!(groups(&examples), [0, 1, 2, 0, 1, 2]);
}

// On photos

/// A photo of the pairs.
struct Photo {
    set: &'static str,
    name: String,
}

fn photos(root: &Path) -> Vec<Photo> {
    let mut photos = Vec::new();
    for set in ["train", "holdout"] {
        let folder = root.join("before").join(set);
        let pairs = pairs_by_name(&folder, &folder).unwrap();
        photos.extend(pairs.into_iter().map(|pair| Photo { set, name: pair.name }));
    }
    assert_eq!(photos.len(), 38);
    photos
}

impl Photo {
    fn path(&self, root: &Path, edit: &str) -> PathBuf {
        root.join(edit).join(self.set).join(format!("{}.jpg", self.name))
    }

    fn open(&self, root: &Path, edit: &str) -> Image {
        photo::open(&self.path(root, edit)).unwrap().image
    }
}

#[test]
fn edits_of_photos_lie_on_them_and_little_is_masked() {
    let Some(root) = shared("pairs") else { return skipped(1, "examples of photos") };
    let photos = photos(&root);
    let pairs: Vec<Pair> = (0..2 * photos.len())
        .map(|i| {
            let (photo, edit) = (&photos[i / 2], EDITS[(i / 2 + 3 * (i % 2)) % 8]);
            Pair::given(&photo.path(&root, "before"), &photo.path(&root, edit))
        })
        .collect();
    let report = read(&pairs, &OPTIONS, &[], on).unwrap();
    let left: Vec<String> = report.left_out.iter().map(|it| it.reason.to_string()).collect();
    assert_eq!(left, [""; 0]);
    for example in &report.read {
        assert!(example.alignment.is_identity(), "{:?} {:?}", example.pair, example.alignment);
        assert!(example.mask.share() < 0.03, "{:?} {}", example.pair, example.mask.share());
    }
    let first: Vec<Example> = report.read.into_iter().step_by(2).take(28).collect();
    assert_eq!(groups(&first), (0..28).collect::<Vec<_>>(), "no two of them show the same");
}

#[test]
fn edits_of_other_photos_are_refused() {
    let Some(root) = shared("pairs") else { return skipped(1, "refusals of other photos") };
    let photos = photos(&root);
    (0..photos.len()).into_par_iter().for_each(|i| {
        let (ours, theirs) = (&photos[i], &photos[(i + 11) % photos.len()]);
        let before = ours.open(&root, "before");
        let got = align(&before, &theirs.open(&root, EDITS[i % 8]));
        assert!(got.is_err(), "{} on {}: {got:?}", theirs.name, ours.name);
    });
}

#[test]
fn moved_edits_of_photos_are_found() {
    let Some(root) = shared("pairs") else { return skipped(1, "moved edits of photos") };
    let photos = photos(&root);
    let moves = [
        |w: usize, h: usize| Move {
            size: (w - 8, h - 6),
            scale: 1.0,
            degrees: 0.0,
            shift: (1.0, 2.0),
        },
        |w, h| Move { size: (w / 2, h / 2), scale: 0.5, degrees: 0.0, shift: (0.0, 0.0) },
        |w, h| Move { size: (w * 9 / 10, h * 9 / 10), scale: 1.0, degrees: 3.0, shift: (0.0, 0.0) },
        |w, h| Move { size: (w * 3 / 5, h * 3 / 5), scale: 0.8, degrees: -1.5, shift: (20.0, 9.0) },
        |w, h| Move { size: (w, h), scale: 1.5, degrees: 1.0, shift: (-30.0, 12.0) },
    ];
    // A photo with some detail for each edit and each move.
    let photos: Vec<&Photo> = photos.iter().filter(|it| it.name.starts_with("budgie")).collect();
    (0..20_usize).into_par_iter().for_each(|i| {
        let photo = photos[i % photos.len()];
        let before = photo.open(&root, "before");
        let edit = photo.open(&root, EDITS[i % 8]);
        // A size of whole halves, so that half of it is half of it.
        let (width, height) = (before.width / 2 * 2, before.height / 2 * 2);
        let before = picture(width, height, |x, y| value(&before, x, y));
        let edit = picture(width, height, |x, y| value(&edit, x, y));
        let it = moves[i % moves.len()](width, height);
        let got = align(&before, &it.apply(&edit));
        let error = got.as_ref().map(|got| it.error(got));
        assert!(error.is_ok_and(|error| error < 0.4), "{} {it:?}: {error:?} {got:?}", photo.name);
    });
}

#[test]
fn bent_and_repainted_edits_of_photos_are_noticed() {
    let Some(root) = shared("pairs") else { return skipped(1, "bent and repainted edits") };
    let photos = photos(&root);
    let named = |name: &str| photos.iter().find(|it| it.name == name).unwrap();
    let names = ["budgie-casa-mila", "budgie-roman-colosseum", "budgie-tea-gardens"];
    for (i, name) in names.into_iter().enumerate() {
        let before = named(name).open(&root, "before");
        let edit = named(name).open(&root, EDITS[3 * i]);
        for (strength, tilt) in [(0.05, 0.0), (0.0, 0.04)] {
            let got = align(&before, &warped(&edit, strength, tilt));
            assert!(matches!(got, Err(Misfit::Warped(_))), "{name}: {got:?}");
        }
        let other = named(names[(i + 1) % 3]).open(&root, EDITS[3 * i]);
        let (_folder, pair) = written(&before, &pasted(&edit, &other, 0.316, (0.4, 0.5)));
        let share = read_one(&pair, &OPTIONS).unwrap().mask.share();
        assert!((0.06..0.17).contains(&share), "{name}: {share}");
    }
}
