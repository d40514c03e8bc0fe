//! Pictures as PNG: the SVG file, drawn by resvg with a font of our own, so that it looks the same on machines without fonts.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{FontResolver, ImageHrefResolver, Options, Tree};

use crate::{Picture, Rgba, Theme, svg};

/// Why there is no PNG.
#[derive(Debug, PartialEq, Eq)]
pub enum PngError {
    /// The picture would be larger than [`MOST_PIXELS`], or has no size.
    Size {
        /// The width in pixels that was asked for.
        width: u64,
        /// The height in pixels that was asked for.
        height: u64,
    },
    /// What was drawn could not be read or written.
    Drawing(String),
}

impl std::fmt::Display for PngError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Size { width, height } => write!(
                out,
                "a picture of {width} x {height} pixels cannot be drawn; ask for 1 x 1 up to {MOST_PIXELS} pixels in all"
            ),
            Self::Drawing(what) => write!(out, "the picture could not be drawn: {what}"),
        }
    }
}

impl std::error::Error for PngError {}

/// How many pixels a picture has at most: 64 million, which take 256 MB while they are drawn.
pub const MOST_PIXELS: u64 = 64_000_000;

/// A PNG of `picture`: a size in CSS pixels, each drawn as `scale` x `scale` pixels, on `background` if there is one.
pub fn png(
    picture: &dyn Picture,
    width: f64,
    height: f64,
    scale: f64,
    theme: &Theme,
    background: Option<Rgba>,
) -> Result<Vec<u8>, PngError> {
    // Checked before anything is drawn.
    let pixels = |length: f64| (length * scale).round().clamp(0.0, 1e9) as u64;
    check(pixels(width), pixels(height))?;
    png_of_svg(&svg(picture, width, height, theme, background), scale)
}

/// A PNG of an SVG that this crate has made, such as a [`badge`](crate::badge).
pub fn png_of_svg(svg: &str, scale: f64) -> Result<Vec<u8>, PngError> {
    let tree = usvg_tree(svg)?;
    let (width, height) = (f64::from(tree.size().width()), f64::from(tree.size().height()));
    let pixels = |length: f64| (length * scale).round().clamp(0.0, 1e9) as u64;
    let (width, height) = (pixels(width), pixels(height));
    check(width, height)?;
    let mut pixmap = Pixmap::new(width as u32, height as u32).ok_or(PngError::Size { width, height })?;
    resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut pixmap.as_mut());
    encode(pixmap).map_err(|error| PngError::Drawing(error.to_string()))
}

fn check(width: u64, height: u64) -> Result<(), PngError> {
    if width == 0 || height == 0 || width.saturating_mul(height) > MOST_PIXELS {
        return Err(PngError::Size { width, height });
    }
    Ok(())
}

/// An SVG that this crate has made as shapes, with text laid out in our font: what a writer of other formats, such as PDF, begins with.
pub fn usvg_tree(svg: &str) -> Result<Tree, PngError> {
    Tree::from_str(svg, &options()).map_err(|error| PngError::Drawing(error.to_string()))
}

fn options() -> Options<'static> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        let mut fonts = Database::new();
        fonts.load_font_data(include_bytes!("../fonts/Inter-Regular.otf").to_vec());
        fonts.load_font_data(include_bytes!("../fonts/Inter-SemiBold.otf").to_vec());
        fonts.set_sans_serif_family("Inter");
        Arc::new(fonts)
    });
    Options {
        fontdb: Arc::clone(fonts),
        font_family: "Inter".to_owned(),
        font_resolver: FontResolver::default(),
        // Nothing outside of the picture is ever read.
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    }
}

fn encode(pixmap: Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let (width, height) = (pixmap.width(), pixmap.height());
    let opaque = pixmap.data().chunks_exact(4).all(|pixel| pixel[3] == u8::MAX);
    // What is opaque needs no fourth channel, and nothing of it is to be undone.
    let (color, pixels) = if opaque {
        let mut three = Vec::with_capacity(pixmap.data().len() / 4 * 3);
        for pixel in pixmap.data().chunks_exact(4) {
            three.extend_from_slice(&pixel[..3]);
        }
        (png::ColorType::Rgb, three)
    } else {
        // PNG has colours that are not multiplied by their opacity.
        (png::ColorType::Rgba, pixmap.take_demultiplied())
    };
    let mut out = Vec::with_capacity(pixels.len() / 16);
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(out)
}
