# Lowess curve, and the distances to it that rms::val.prob prints (Eavg, E90): plain, with many
# ties, with most probabilities next to 0, and with repeated rows.
# Run in this folder: Rscript make.R
suppressPackageStartupMessages(library(rms))
library(jsonlite)

set.seed(20240611)
n <- 150
logit <- rnorm(n, -0.3, 1.2)
y <- rbinom(n, 1, plogis(0.6 * logit + 0.2 * logit^2))
# 12 significant digits survive the journey through the CSV file unchanged.
input <- data.frame(
  y = y,
  plain = signif(plogis(logit), 12),
  tied = round(plogis(logit), 1),
  extreme = signif(plogis(5 * logit - 6), 12),
  weight = rpois(n, 1)
)
write.csv(input, "input.csv", row.names = FALSE)
at <- c(0.001, seq(0.05, 0.95, 0.1))

curve <- function(y, p) {
  s <- lowess(p, y, iter = 0)
  distance <- abs(p - approx(s, xout = p, ties = mean)$y)
  stats <- suppressWarnings(val.prob(p, y, pl = FALSE))
  stopifnot(abs(mean(distance) - stats["Eavg"]) < 1e-13)
  list(curve = approx(s, xout = at, ties = mean)$y, ici = unname(stats["Eavg"]),
       e50 = median(distance), e90 = unname(stats["E90"]))
}
repeated <- input[rep(seq_len(n), input$weight), ]
columns <- c("plain", "tied", "extreme")
expected <- list(
  at = at,
  once = lapply(input[columns], curve, y = input$y),
  repeated = lapply(repeated[columns], curve, y = repeated$y)
)
write_json(expected, "expected.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE, na = "null")
writeLines(c(R.version.string, paste("rms", packageVersion("rms"))), "session.txt")
