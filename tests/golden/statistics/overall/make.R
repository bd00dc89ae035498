# Brier score by rms, its scaled form and the log loss by R's own arithmetic; also with repeated rows.
# Run in this folder: Rscript make.R
suppressMessages(library(rms))
library(jsonlite)

set.seed(20240602)
n <- 70
y <- rbinom(n, 1, 0.4)
logit <- rnorm(n, y - 0.6)
input <- data.frame(
  y = y,
  plain = signif(plogis(logit), 12),
  certain = signif(plogis(8 * logit), 12),
  weight = rpois(n, 1)
)
write.csv(input, "input.csv", row.names = FALSE)

scores <- function(y, p) {
  brier <- unname(val.prob(p, y, pl = FALSE)["Brier"])
  list(
    brier = brier,
    scaled_brier = 1 - brier / (mean(y) * (1 - mean(y))),
    log_loss = -mean(dbinom(y, 1, p, log = TRUE))
  )
}
repeated <- input[rep(seq_len(n), input$weight), ]
columns <- c("plain", "certain")
expected <- list(
  once = lapply(input[columns], function(p) scores(input$y, p)),
  repeated = lapply(repeated[columns], function(p) scores(repeated$y, p))
)
write_json(expected, "expected.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE)
writeLines(c(R.version.string, paste("rms", packageVersion("rms"))), "session.txt")
