//! A photo as synthetic edits see it: some of its pixels, each with smoothed colours around it, and
//! what editors measure of the whole photo.

use crate::kernel::Planes;
use crate::kernel::sample::{Sites, sample};
use crate::photo::Image;
use crate::random::Random;

/// A colour, red, green, blue.
pub(super) type Rgb = [f32; 3];

/// Luminance of an sRGB-encoded colour.
pub(super) fn luminance(rgb: Rgb) -> f32 {
    0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]
}

/// How colours are smoothed: width as a share of the short side.
#[derive(Clone, Copy)]
enum Smoothing {
    /// Gaussian means.
    Plain(f64),
    /// Guided by the luminance, which keeps edges: radius and ε.
    Guided(f64, f64),
}

const SMOOTHINGS: [Smoothing; 11] = [
    Smoothing::Plain(1.0 / 128.0),
    Smoothing::Plain(1.0 / 64.0),
    Smoothing::Plain(1.0 / 32.0),
    Smoothing::Plain(1.0 / 16.0),
    Smoothing::Plain(1.0 / 8.0),
    Smoothing::Plain(1.0 / 5.0),
    Smoothing::Guided(1.0 / 128.0, 1e-3),
    Smoothing::Guided(1.0 / 64.0, 4e-3),
    Smoothing::Guided(1.0 / 32.0, 1e-2),
    Smoothing::Guided(1.0 / 16.0, 1e-2),
    Smoothing::Guided(1.0 / 8.0, 2e-2),
];

/// Number of smoothings; those from [`PLAIN`] on keep edges.
pub(super) const COUNT: usize = SMOOTHINGS.len();
/// Number of plain smoothings, finest first.
pub(super) const PLAIN: usize = 6;

/// Short side of the sample that everything is measured on.
const SHORT_SIDE: usize = 256;

/// A photo as synthetic edits see it.
#[derive(Debug)]
pub(super) struct Scene {
    /// Nearest sample of the photo, what a filter knows of it.
    pub sample: Planes,
    /// Positions of the pixels, 0..1 of width and height.
    pub positions: Vec<[f64; 2]>,
    /// The pixels.
    pub pixels: Vec<Rgb>,
    /// Smoothed colours at the pixels, for each smoothing.
    pub smooth: Vec<Vec<Rgb>>,
    /// Smallest channel of the neighbourhood, for a small and a large one: the veil.
    pub veil: [Vec<f32>; 2],
    /// The veil of the haziest hundredth.
    pub haze: f32,
    /// Mean colour of the haziest hundredth.
    pub airlight: Rgb,
    /// Mean colour.
    pub mean: Rgb,
    /// Mean of the luminance.
    pub luminance_mean: f32,
    /// Standard deviation of the luminance.
    pub luminance_deviation: f32,
    luminances: Vec<f32>,
    channels: [Vec<f32>; 3],
}

impl Scene {
    /// Looks at `count` random pixels of a photo.
    pub fn new(image: &Image, count: usize, random: &mut Random) -> Self {
        let short = SHORT_SIDE.min(image.width.min(image.height));
        let low = sample(image, &Sites::new(image.width, image.height, short));
        let sites: Vec<usize> =
            (0..count).map(|_| random.below(image.width * image.height)).collect();
        let share = |index: &usize| {
            let (x, y) = (index % image.width, index / image.width);
            [(x as f64 + 0.5) / image.width as f64, (y as f64 + 0.5) / image.height as f64]
        };
        let positions: Vec<[f64; 2]> = sites.iter().map(share).collect();
        let pixels: Vec<Rgb> = sites.iter().map(|index| image.rgb(*index)).collect();
        let area = low.area();
        let colours: Vec<Rgb> = (0..area)
            .map(|i| std::array::from_fn(|c| low.data[c * area + i].clamp(0.0, 1.0)))
            .collect();
        let grid = Grid { width: low.width, height: low.height, short };
        let lights: Vec<f32> = colours.iter().map(|rgb| luminance(*rgb)).collect();
        let smooth = SMOOTHINGS
            .iter()
            .map(|smoothing| grid.smoothed(*smoothing, &colours, &lights, &positions, &pixels))
            .collect();
        let darkest: Vec<f32> = colours.iter().map(|rgb| rgb[0].min(rgb[1]).min(rgb[2])).collect();
        let veils = [2, 7].map(|radius| {
            let minimum = grid.minimum(&darkest, radius);
            (grid.gaussian(&minimum, radius as f64), minimum)
        });
        let haze = percentile(&sorted(&veils[1].0), 0.99);
        let haziest = percentile(&sorted(&veils[1].1), 0.99);
        let hazy: Vec<Rgb> = colours
            .iter()
            .zip(&veils[1].1)
            .filter(|(_, veil)| **veil >= haziest)
            .map(|(rgb, _)| *rgb)
            .collect();
        let luminances = sorted(&lights);
        let luminance_mean = mean(&lights);
        let squares: Vec<f32> = lights.iter().map(|l| (l - luminance_mean).powi(2)).collect();
        let channel = |c: usize| colours.iter().map(|rgb| rgb[c]).collect::<Vec<_>>();
        Self {
            veil: veils
                .each_ref()
                .map(|(soft, _)| positions.iter().map(|at| grid.read(soft, *at)).collect()),
            haze,
            airlight: std::array::from_fn(|c| {
                mean(&hazy.iter().map(|rgb| rgb[c]).collect::<Vec<_>>())
            }),
            mean: std::array::from_fn(|c| mean(&channel(c))),
            luminance_mean,
            luminance_deviation: mean(&squares).sqrt(),
            channels: [0, 1, 2].map(|c| sorted(&channel(c))),
            luminances,
            sample: low,
            positions,
            pixels,
            smooth,
        }
    }

    /// A quantile of the luminance, `share` 0..1.
    pub fn luminance_at(&self, share: f64) -> f32 {
        percentile(&self.luminances, share)
    }

    /// A quantile of each channel.
    pub fn channels_at(&self, share: f64) -> Rgb {
        self.channels.each_ref().map(|values| percentile(values, share))
    }

    /// Share of the photo that is darker than `luminance`.
    pub fn rank(&self, luminance: f32) -> f32 {
        let below = self.luminances.partition_point(|value| *value < luminance);
        below as f32 / self.luminances.len() as f32
    }
}

fn mean(values: &[f32]) -> f32 {
    (values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len().max(1) as f64) as f32
}

fn sorted(values: &[f32]) -> Vec<f32> {
    let mut values = values.to_vec();
    values.sort_by(f32::total_cmp);
    values
}

fn percentile(sorted: &[f32], share: f64) -> f32 {
    sorted[((share * sorted.len() as f64) as usize).min(sorted.len() - 1)]
}

/// The sample's grid.
#[derive(Clone, Copy)]
struct Grid {
    width: usize,
    height: usize,
    short: usize,
}

impl Grid {
    fn smoothed(
        self,
        smoothing: Smoothing,
        colours: &[Rgb],
        lights: &[f32],
        positions: &[[f64; 2]],
        pixels: &[Rgb],
    ) -> Vec<Rgb> {
        let channel = |c: usize| colours.iter().map(|rgb| rgb[c]).collect::<Vec<f32>>();
        let read: [Vec<f32>; 3] = match smoothing {
            Smoothing::Plain(width) => [0, 1, 2].map(|c| {
                let means = self.gaussian(&channel(c), 0.75 * width * self.short as f64);
                positions.iter().map(|at| self.read(&means, *at)).collect()
            }),
            Smoothing::Guided(width, epsilon) => {
                let radius = ((width * self.short as f64).round() as usize).max(1);
                let means = self.boxed(lights, radius);
                let squares: Vec<f32> = lights.iter().map(|l| l * l).collect();
                let squares = self.boxed(&squares, radius);
                [0, 1, 2].map(|c| {
                    let values = channel(c);
                    let products: Vec<f32> =
                        values.iter().zip(lights).map(|(value, l)| value * l).collect();
                    let (value, product) =
                        (self.boxed(&values, radius), self.boxed(&products, radius));
                    let gain: Vec<f32> = (0..means.len())
                        .map(|i| {
                            let variance = (squares[i] - means[i] * means[i]).max(0.0);
                            (product[i] - value[i] * means[i]) / (variance + epsilon as f32)
                        })
                        .collect();
                    let term: Vec<f32> =
                        (0..means.len()).map(|i| value[i] - gain[i] * means[i]).collect();
                    let (gain, term) = (self.boxed(&gain, radius), self.boxed(&term, radius));
                    let at_pixel = |(at, rgb): (&[f64; 2], &Rgb)| {
                        self.read(&gain, *at) * luminance(*rgb) + self.read(&term, *at)
                    };
                    positions.iter().zip(pixels).map(at_pixel).collect()
                })
            }
        };
        (0..positions.len()).map(|i| read.each_ref().map(|v| v[i].clamp(0.0, 1.0))).collect()
    }

    /// Bilinear reading at cell centres.
    fn read(self, values: &[f32], [x, y]: [f64; 2]) -> f32 {
        let tap = |share: f64, len: usize| {
            let at = (share * len as f64 - 0.5).clamp(0.0, (len - 1) as f64);
            let first = (at as usize).min(len.saturating_sub(2));
            (first, (first + 1).min(len - 1), (at - first as f64) as f32)
        };
        let ((x0, x1, fx), (y0, y1, fy)) = (tap(x, self.width), tap(y, self.height));
        let row =
            |y: usize| values[y * self.width + x0] * (1.0 - fx) + values[y * self.width + x1] * fx;
        row(y0) * (1.0 - fy) + row(y1) * fy
    }

    /// Means over windows `2·radius + 1` wide, of what there is inside the border.
    fn boxed(self, values: &[f32], radius: usize) -> Vec<f32> {
        let mean = |line: &[f32], out: &mut Vec<f32>| {
            let mut sums = vec![0.0; line.len() + 1];
            for (i, value) in line.iter().enumerate() {
                sums[i + 1] = sums[i] + f64::from(*value);
            }
            out.extend((0..line.len()).map(|i| {
                let (low, high) = (i.saturating_sub(radius), (i + radius + 1).min(line.len()));
                ((sums[high] - sums[low]) / (high - low) as f64) as f32
            }));
        };
        self.separable(values, mean)
    }

    /// Gaussian means, normalised inside the border; `sigma` in cells.
    fn gaussian(self, values: &[f32], sigma: f64) -> Vec<f32> {
        let reach = (3.5 * sigma).ceil() as usize;
        let weights: Vec<f32> =
            (0..=reach).map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp() as f32).collect();
        let mean = |line: &[f32], out: &mut Vec<f32>| {
            out.extend((0..line.len()).map(|i| {
                let range = i.saturating_sub(reach)..(i + reach + 1).min(line.len());
                let (mut sum, mut total) = (0.0, 0.0);
                for j in range {
                    let weight = weights[i.abs_diff(j)];
                    sum += weight * line[j];
                    total += weight;
                }
                sum / total
            }));
        };
        self.separable(values, mean)
    }

    /// Smallest value of windows `2·radius + 1` wide.
    fn minimum(self, values: &[f32], radius: usize) -> Vec<f32> {
        let least = |line: &[f32], out: &mut Vec<f32>| {
            out.extend((0..line.len()).map(|i| {
                let window = &line[i.saturating_sub(radius)..(i + radius + 1).min(line.len())];
                window.iter().copied().fold(f32::INFINITY, f32::min)
            }));
        };
        self.separable(values, least)
    }

    /// A filter of lines, run over rows and then over columns.
    fn separable(self, values: &[f32], filter: impl Fn(&[f32], &mut Vec<f32>)) -> Vec<f32> {
        let pass = |values: &[f32], width: usize| {
            let mut out = Vec::with_capacity(values.len());
            for line in values.chunks_exact(width) {
                filter(line, &mut out);
            }
            out
        };
        let transposed = |values: &[f32], width: usize| -> Vec<f32> {
            let height = values.len() / width;
            (0..values.len()).map(|i| values[(i % height) * width + i / height]).collect()
        };
        let rows = pass(values, self.width);
        let columns = pass(&transposed(&rows, self.width), self.height);
        transposed(&columns, self.height)
    }
}
