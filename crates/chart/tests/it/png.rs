//! Pictures as PNG.

#![cfg(feature = "png")]

use watchfire_chart::*;

use crate::samples::*;

fn decoded(bytes: &[u8]) -> Result<(u32, u32, Vec<u8>), png::DecodingError> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::ALPHA);
    let mut reader = decoder.read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().unwrap_or_default()];
    let info = reader.next_frame(&mut pixels)?;
    Ok((info.width, info.height, pixels))
}

#[test]
fn a_png_has_its_size_and_something_on_it() {
    let columns = [wave(50, 0)];
    let chart = lines(&columns, Look::line);
    let bytes = watchfire_chart::png(&chart, 300.0, 150.0, 2.0, &Theme::LIGHT, Some(Rgba::WHITE)).unwrap();
    let (width, height, pixels) = decoded(&bytes).unwrap();
    assert_eq!((width, height), (600, 300));
    let blue = pixels.chunks_exact(4).filter(|pixel| pixel[2] > 200 && pixel[0] < 120).count();
    let white = pixels.chunks_exact(4).filter(|pixel| pixel == &[255; 4]).count();
    assert!(blue > 300 && white > 100_000, "{blue} {white}");
}

#[test]
fn letters_are_drawn_without_fonts_of_the_system() {
    let text = |text: &'static str| {
        let block = TextBlock { text: text.into(), size: 24.0, centered: false };
        let bytes = watchfire_chart::png(&block, 200.0, 60.0, 1.0, &Theme::LIGHT, None).unwrap();
        decoded(&bytes).unwrap().2.chunks_exact(4).filter(|pixel| pixel[3] > 128).count()
    };
    for word in ["Watchfire", "Größe µs", "Нагрузка", "χρόνος"] {
        assert!(text(word) > 300, "{word}");
    }
    assert_eq!(text(""), 0);
}

#[test]
fn too_large_pictures_are_refused_in_words() {
    let chart = stat(1, StatFill::None);
    for (width, height, scale) in
        [(1e5, 1e5, 1.0), (0.0, 10.0, 1.0), (f64::NAN, 10.0, 1.0), (10.0, 10.0, 1e9), (10.0, 10.0, 0.0)]
    {
        let error = watchfire_chart::png(&chart, width, height, scale, &Theme::DARK, None).unwrap_err();
        assert!(error.to_string().contains("ask for"), "{error}");
    }
}
