#include "cli/sheet_flags.hpp"

#include <CLI/CLI.hpp>

namespace pixmill::cli {
namespace {

constexpr auto sheet_group = "How the CSV is read";

// The names of columns, for a file whose headers say something else.
void add_column_flags(CLI::App& verb, sheet_options& options) {
  verb
    .add_option("--serial-column", options.serial_column,
                "Header of the serial numbers, if it is an unusual one")
    ->option_text("NAME")
    ->group(sheet_group);
  verb
    .add_option("--name-column", options.name_column,
                "Header of the product names, likewise")
    ->option_text("NAME")
    ->group(sheet_group);
  verb
    .add_option("--urls-column", options.urls_column,
                "Header of the image URLs, likewise")
    ->option_text("NAME")
    ->group(sheet_group);
}

} // namespace

void add_sheet_flags(CLI::App& verb, sheet_options& options) {
  verb.add_option("FILE", options.csv, "The products: a CSV, gzip allowed")
    ->required();
  verb
    .add_option_function<std::string>(
      "--on-invalid",
      [&options](const std::string& word) {
        options.skip_invalid = word == "skip";
      },
      "An invalid cell refuses the whole file (reject, the default), or just "
      "itself (skip)")
    ->check(CLI::IsMember({"reject", "skip"}))
    ->option_text("reject|skip")
    ->group(sheet_group);
  verb
    .add_flag("--assume-https", options.assume_https,
              "Read shop.example/a.jpg as https://shop.example/a.jpg")
    ->group(sheet_group);
  add_column_flags(verb, options);
}

void add_job_flags(CLI::App& verb, job_flags& options) {
  auto* target =
    verb
      .add_option("--target", options.target,
                  "50% of the source's bytes (the default), 120000 or 120kB, "
                  "quality:50, scale:50%")
      ->option_text("GOAL")
      ->group(job_group);
  verb
    .add_option_function<int>(
      "--quality",
      [&options](int quality) {
        options.target = "quality:" + std::to_string(quality);
      },
      "Short for --target quality:N, 1 to 100")
    ->check(CLI::Range(1, 100))
    ->excludes(target)
    ->option_text("N")
    ->group(job_group);
  verb
    .add_option("--floor", options.floor,
                "Lowest similarity to the source that is accepted (SSIM), such "
                "as 0.95")
    ->option_text("SSIM")
    ->group(job_group);
  verb
    .add_option("--format", options.format,
                "keep (the default), jpeg, png, webp, avif or auto")
    ->option_text("FORMAT")
    ->group(job_group);
  verb
    .add_option("--max-edge", options.max_edge,
                "Shrink images to at most this many pixels a side")
    ->check(CLI::Range(1, 65535))
    ->option_text("PIXELS")
    ->group(job_group);
  verb
    .add_option("--max-failure-ratio", options.max_failure_ratio,
                "Give up when more than this share of images fails: 0.2 or 20%")
    ->option_text("SHARE")
    ->group(job_group);
  verb
    .add_option("--deadline", options.deadline,
                "Give up after this long: 90s, 30m, 2h")
    ->option_text("TIME")
    ->group(job_group);
  verb.add_option("--name", options.name, "Name of the job, for people")
    ->option_text("NAME")
    ->group(job_group);
}

} // namespace pixmill::cli
