# Sensitivity, specificity and predictive values by pROC::coords; also with repeated rows.  Run
# in this folder: Rscript make.R
suppressMessages(library(pROC))
library(jsonlite)

set.seed(20240612)
n <- 70
y <- rbinom(n, 1, 0.4)
input <- data.frame(
  y = y,
  p = round(plogis(rnorm(n, y - 0.6)), 2), # some are exactly at a threshold
  weight = rpois(n, 1)
)
write.csv(input, "input.csv", row.names = FALSE)

thresholds <- c(0.17, 0.3, 0.5, 0.64)
stopifnot(any(thresholds %in% input$p))
figures <- function(y, p) {
  r <- roc(y, p, levels = c(0, 1), direction = "<", quiet = TRUE)
  found <- coords(r, thresholds, input = "threshold",
                  ret = c("sensitivity", "specificity", "ppv", "npv"), transpose = FALSE)
  stopifnot(all.equal(found$sensitivity, sapply(thresholds, function(t) mean(p[y == 1] >= t))))
  as.list(found)
}
repeated <- input[rep(seq_len(n), input$weight), ]
expected <- list(
  thresholds = thresholds,
  once = figures(input$y, input$p),
  repeated = figures(repeated$y, repeated$p)
)
write_json(expected, "expected.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE)
writeLines(c(R.version.string, paste("pROC", packageVersion("pROC"))), "session.txt")
