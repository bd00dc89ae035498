# Wilson intervals by prop.test and Hmisc, shifted percentiles by quantile (type 8).
# Run in this folder: Rscript make.R
suppressMessages(library(Hmisc))
library(jsonlite)

set.seed(20240605)
input <- data.frame(resample = signif(rnorm(61, 0.66, 0.08), 12))
input$resample[c(7, 40)] <- NA # two resamples without a value
write.csv(input, "input.csv", row.names = FALSE, na = "nan")

counts <- list(c(23, 48), c(30, 48), c(0, 12), c(12, 12), c(1, 5), c(300, 1000))
wilson <- lapply(c(0.8, 0.95), function(level) {
  lapply(counts, function(count) {
    ends <- suppressWarnings(
      prop.test(count[1], count[2], conf.level = level, correct = FALSE)$conf.int
    )
    if (count[1] > 1) { # for a single event Hmisc has another lower end
      hmisc <- binconf(count[1], count[2], alpha = 1 - level, method = "wilson")
      stopifnot(abs(ends - hmisc[2:3]) < 1e-12)
    }
    list(events = count[1], n = count[2], level = level, low = ends[1], high = ends[2])
  })
})

estimate <- 0.6
r <- input$resample[!is.na(input$resample)]
shifted <- lapply(c(0.8, 0.95), function(level) {
  ends <- unname(quantile(r - mean(r) + estimate, c((1 - level) / 2, (1 + level) / 2), type = 8))
  list(level = level, low = ends[1], high = ends[2], used = length(r))
})

expected <- list(
  wilson = do.call(c, wilson),
  estimate = estimate,
  shifted_percentiles = shifted
)
write_json(expected, "expected.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE)
writeLines(c(R.version.string, paste("Hmisc", packageVersion("Hmisc"))), "session.txt")
